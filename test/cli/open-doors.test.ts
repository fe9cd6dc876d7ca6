import { expect, test } from "vitest";
import { reachableHosts } from "../../src/cli/open-doors.ts";
import { JobSpec } from "../../src/job/job-spec.ts";

const listed = ["packages.example.org:443", "proxy.example.org:443"];

test.each([
  ["all that the operator lists", "allow", { network: "allow" }, listed],
  ["of it what the job names", "allow", { network: "allow", egress_allowlist: [listed[1]] }, [listed[1]]],
  [
    "nothing new",
    "allow",
    { network: "allow", egress_allowlist: ["evil.example:443", listed[0]] },
    [listed[0]],
  ],
  ["nothing when the job names nothing", "allow", { network: "allow", egress_allowlist: [] }, []],
  ["nothing when the job denies", "allow", { network: "deny", egress_allowlist: listed }, []],
  ["nothing when the operator denies", "deny", { network: "allow" }, []],
] as const)("an agent reaches %s", (_, policy, own, wanted) => {
  const parsed = JobSpec.shape.policy.parse(own);
  const operator = { NETWORK_POLICY: policy, EGRESS_ALLOWLIST: listed };
  expect(reachableHosts(operator, parsed)).toEqual(wanted);
});

test("a job's list is exact hosts and ports, like the operator's", () => {
  for (const host of ["*.example.org:443", "127.0.0.1:80", "example.org"]) {
    expect(JobSpec.shape.policy.safeParse({ egress_allowlist: [host] }).success).toBe(false);
  }
});
