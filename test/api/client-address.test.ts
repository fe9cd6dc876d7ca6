import { describe, expect, test } from "vitest";
import { askerOf, clientAddress, isIn } from "../../src/api/client-address.ts";

describe("the address of whoever asks", () => {
  test.each([
    { remote: "203.0.113.9", forwardedFor: "198.51.100.1", is: "203.0.113.9", why: "no proxy stands there" },
    {
      remote: "::ffff:10.0.0.1",
      forwardedFor: "198.51.100.1",
      is: "198.51.100.1",
      why: "the proxy is trusted",
    },
    {
      remote: "10.0.0.1",
      forwardedFor: "1.2.3.4, 198.51.100.1",
      is: "198.51.100.1",
      why: "the left is anyone's",
    },
    { remote: "10.0.0.1", forwardedFor: "1.2.3.4, 10.0.0.2", is: "1.2.3.4", why: "two proxies" },
    { remote: "10.0.0.1", forwardedFor: "198.51.100.1:4711", is: "198.51.100.1", why: "a port is left away" },
    {
      remote: "10.0.0.1",
      forwardedFor: "1.2.3.4, nonsense",
      is: "10.0.0.1",
      why: "what is no address ends it",
    },
    { remote: "10.0.0.1", forwardedFor: undefined, is: "10.0.0.1", why: "it says for nobody" },
  ])("is $is: $why", ({ remote, forwardedFor, is }) => {
    expect(clientAddress({ remote, forwardedFor }, ["10.0.0.0/8"])).toBe(is);
  });

  test("counts a network of IPv6 as one", () => {
    expect(askerOf("2001:db8:1:2:3::4")).toBe(askerOf("2001:db8:1:2::5"));
    expect(askerOf("2001:db8:1:2::5")).not.toBe(askerOf("2001:db8:1:3::5"));
    expect(isIn("127.0.0.1", ["127.0.0.1"])).toBe(true);
    expect(isIn("nonsense", ["0.0.0.0/0"])).toBe(false);
  });
});
