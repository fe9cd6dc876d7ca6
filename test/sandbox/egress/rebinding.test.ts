import { networkInterfaces } from "node:os";
import { describe, expect, test } from "vitest";
import { call, openTunnel } from "../client.ts";
import { dialLoopback, openDoors, publicAddress } from "../open-doors.ts";
import { startUpstream } from "../upstream.ts";

/** A service that is nobody's business, and a door whose DNS the attacker answers. */
async function attacked(resolve: () => Promise<string[]>) {
  const inside = await startUpstream((_, res) => res.end("inside"));
  const place = `attacker.test:${inside.port}`;
  const dialled: string[] = [];
  const doors = await openDoors({ resolve, dial: dialLoopback(dialled) }, { allow: [place] });
  return {
    inside,
    place,
    dialled,
    doors,
    ask: () => call(doors.egress, `http://${place}/`, { method: "GET" }),
  };
}

describe("a name that leads inside", () => {
  test.each([
    ["the loopback", ["127.0.0.1"]],
    ["a private address", ["10.0.0.1"]],
    ["the metadata service", ["169.254.169.254"]],
    ["mapped loopback", ["::ffff:127.0.0.1"]],
    ["several, none of them public", ["192.168.1.1", "::1", "fd00::1"]],
    ["nowhere", []],
    ["no address at all", ["localhost"]],
  ])("%s is refused before anything is dialled", async (_, addresses) => {
    const { doors, dialled, place, ask } = await attacked(async () => addresses);
    expect(await ask()).toMatchObject({ status: 403 });
    expect(await openTunnel(doors.egress, place)).toMatchObject({ status: 403 });
    expect(dialled).toEqual([]);
    expect(doors.decisions).toMatchObject([
      { target: place, allowed: false },
      { target: place, allowed: false },
    ]);
  });

  test("the same name reaches the service when its address passes the check", async () => {
    const { dialled, ask } = await attacked(async () => [publicAddress]);
    expect(await ask()).toMatchObject({ status: 200, body: "inside" });
    expect(dialled).toHaveLength(1);
  });

  test("the machine's own public address is refused like its loopback", async () => {
    const own = Object.values(networkInterfaces()).flatMap((list) =>
      (list ?? []).map(({ address }) => address),
    );
    expect(own).not.toEqual([]);
    const { dialled, ask } = await attacked(async () => own);
    expect(await ask()).toMatchObject({ status: 403 });
    expect(dialled).toEqual([]);
  });
});

test("the name is asked for once, and what was checked is what is dialled", async () => {
  let asked = 0;
  const answers = [[publicAddress], ["127.0.0.1"]];
  const { dialled, inside, ask } = await attacked(async () => answers[asked++] ?? []);
  expect(await ask()).toMatchObject({ status: 200 });
  expect(asked).toBe(1);
  expect(dialled).toEqual([`${publicAddress}:${inside.port}`]);
  // The next connection asks anew, and this time the answer is the attacker's.
  expect(await ask()).toMatchObject({ status: 403 });
  expect(dialled).toHaveLength(1);
});

test("of a mixed answer only the public addresses are dialled", async () => {
  const { dialled, inside, ask } = await attacked(async () => ["127.0.0.1", publicAddress, "10.0.0.1"]);
  expect(await ask()).toMatchObject({ status: 200 });
  expect(dialled).toEqual([`${publicAddress}:${inside.port}`]);
});

test("a DNS that fails is told as such", async () => {
  const { ask } = await attacked(async () => {
    throw new Error("queryA ESERVFAIL attacker.test");
  });
  expect(await ask()).toMatchObject({ status: 502, body: expect.stringContaining("ESERVFAIL") });
});

test("an address that the operator wrote out is reached without a name, also a private one", async () => {
  const upstream = await startUpstream((_, res) => res.end("mirror"));
  const dialled: string[] = [];
  const place = `10.1.2.3:${upstream.port}`;
  const doors = await openDoors({ dial: dialLoopback(dialled) }, { allow: [place] });
  expect(await call(doors.egress, `http://${place}/`, { method: "GET" })).toMatchObject({ body: "mirror" });
  expect(dialled).toEqual([place]);
});
