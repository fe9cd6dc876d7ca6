import { describe, expect, test } from "vitest";
import { HostPort } from "../../src/job/host-port.ts";

describe("an exact host and port", () => {
  test.each([
    "packages.example.org:443",
    "a:1",
    "x-1.y:65535",
    "93.184.215.14:443",
    "10.1.2.3:8081",
    "[2606:4700::1]:443",
    "[fd00::1]:80",
  ])("%s", (text) => {
    expect(HostPort.parse(text)).toBe(text);
  });

  test("is the same in upper case", () => {
    expect(HostPort.parse("Packages.EXAMPLE.org:443")).toBe("packages.example.org:443");
  });
});

describe("what is refused, with the reason", () => {
  test.each([
    ["packages.example.org", "no host:port"],
    ["https://packages.example.org:443", "no host:port"],
    ["packages.example.org:443/x", "no host:port"],
    ["*.example.org:443", "no DNS name"],
    ["example.org.:443", "no DNS name"],
    [".example.org:443", "no DNS name"],
    ["a..b:443", "no DNS name"],
    ["-a.b:443", "no DNS name"],
    ["a_b.c:443", "no DNS name"],
    ["user@example.org:443", "no DNS name"],
    ["example%2eorg:443", "no DNS name"],
    ["example.org\n:443", "no DNS name"],
    ["bücher.example:443", "no DNS name"],
    [`${"a".repeat(64)}.b:443`, "no DNS name"],
    [":443", "no DNS name"],
    ["example.org:0", "no port"],
    ["example.org:0443", "no port"],
    ["example.org:65536", "no port"],
    ["127.1:80", "no IPv4"],
    ["2130706433:80", "no IPv4"],
    ["0x7f.1:80", "no IPv4"],
    ["0177.0.0.1:80", "no IPv4"],
    ["1.2.3.4.5:80", "no IPv4"],
    ["a.0x10:80", "no IPv4"],
    ["127.0.0.1:80", "this machine"],
    ["0.0.0.0:80", "this machine"],
    ["169.254.169.254:80", "this machine"],
    ["239.0.0.1:80", "this machine"],
    ["255.255.255.255:80", "this machine"],
    ["localhost:80", "this machine"],
    ["x.localhost:80", "this machine"],
    ["[::1]:80", "this machine"],
    ["[::ffff:7f00:1]:80", "this machine"],
    ["[64:ff9b::7f00:1]:80", "this machine"],
    ["[fe80::1]:80", "this machine"],
    ["[fe80::1%eth0]:80", "no IPv6"],
    ["[1.2.3.4]:80", "no IPv6"],
    ["[2606:4700:0:0::1]:80", "is written [2606:4700::1]"],
    ["[2606:4700::0001]:80", "is written [2606:4700::1]"],
  ])("%j", (text, reason) => {
    const { error } = HostPort.safeParse(text);
    expect(error?.issues[0]?.message).toContain(reason);
    expect(error?.issues[0]?.message).toContain(JSON.stringify(text));
  });
});
