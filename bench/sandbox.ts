// `npm run bench sandbox [-- --write]`: what the sandbox costs: to start a program in it, and to call a model through its
// door. With --write it makes its section of docs/benchmarks.md.
import { loadavg, tmpdir } from "node:os";
import { measureDoor } from "./doors/measure-door.ts";
import { tellSection } from "./page/write-section.ts";
import { describeMachine } from "./queue/machine.ts";
import { measureLaunch, type Taken } from "./sandbox/measure-launch.ts";

const rounds = 20;
const launched = await measureLaunch(rounds);
const door = await measureDoor();

const ms = (value: number): string => `${value.toFixed(1)} ms`;
const launches = [
  ["without a sandbox", launched.bare],
  ["in it, no network", launched.withoutNetwork],
  ["in it, with its doors", launched.withNetwork],
] as const;
const row = (name: string, { median, fastest }: Taken): string =>
  `| ${name} | ${ms(median)} | ${ms(median - launched.bare.median)} | ${ms(fastest)} | ${ms(fastest - launched.bare.fastest)} |`;
const { direct, "through the door": through } = door.ways;
if (!direct || !through) throw new Error("the door was not measured");

const load = (loadavg()[0] ?? 0).toFixed(1);

const text = `## The sandbox

Made by \`npm run bench sandbox -- --write\` on a machine with ${await describeMachine(tmpdir())}; ${load} processes wanted its
cores on average. A quiet machine is nearer to the fastest of the rounds.

**Starting a program** (\`true\`, from the call to the end of everything; ${rounds} rounds, in turns; limits by ${launched.tier}):

| | median | added | fastest | added |
| --- | --- | --- | --- | --- |
${launches.map(([name, taken]) => row(name, taken)).join("\n")}

The sandbox is opened and proven once in the life of a process: ${ms(launched.openMs)}.

**Calling a model through the door** that adds the key and counts (${door.conditions}):

| | first byte, median | 95 % | stream, median |
| --- | --- | --- | --- |
| direct | ${ms(direct.firstByteMs)} | ${ms(direct.firstByte95Ms)} | ${direct.streamMBs.toFixed(0)} MB/s |
| through the door | ${ms(through.firstByteMs)} | ${ms(through.firstByte95Ms)} | ${through.streamMBs.toFixed(0)} MB/s |

The door adds ${ms(door.addedMs)} to the first byte.
`;
tellSection("sandbox", text);
