// `npm run bench doors`: what the model door adds to a call and how much it passes on.
import { measureDoor } from "./doors/measure-door.ts";

const { conditions, ways, addedMs } = await measureDoor();
console.log(conditions);
console.log("                  first byte, median   95 %       stream, median   best");
for (const [name, { firstByteMs, firstByte95Ms, streamMBs, bestMBs }] of Object.entries(ways)) {
  console.log(
    `${name.padEnd(18)}${firstByteMs.toFixed(2).padStart(15)} ms  ${firstByte95Ms.toFixed(2).padStart(6)} ms ` +
      `${streamMBs.toFixed(0).padStart(12)} MB/s ${bestMBs.toFixed(0).padStart(6)} MB/s`,
  );
}
console.log(`the door adds ${addedMs.toFixed(2)} ms to the first byte`);
