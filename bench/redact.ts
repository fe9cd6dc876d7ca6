// How fast secrets are masked, beside a plain copy of the same text.
import { createRedactor } from "../src/redact.ts";

const megabytes = 32;
const line =
  "12:03:04 edit src/components/checkout/basket.ts completed: 14 lines added, 3 removed; running the tests again\n";
const text = line.repeat(Math.ceil((1024 * 1024) / line.length));

function megabytesPerSecond(work: (chunk: string) => string): number {
  work(text);
  const begin = performance.now();
  let length = 0;
  for (let at = 0; at < megabytes; at++) length += Buffer.byteLength(work(text));
  return length / 1024 / 1024 / ((performance.now() - begin) / 1000);
}

const copy = megabytesPerSecond((chunk) => Buffer.from(chunk).toString("utf8"));
console.log("secrets   MB/s    of a copy through a buffer");
for (const secrets of [0, 10, 50]) {
  const redactor = createRedactor();
  for (let at = 0; at < secrets; at++)
    redactor.register(`not-a-real-secret-${at}-${"x7Qz".repeat(6)}`, `SECRET_${at}`);
  const stream = redactor.stream();
  const speed = megabytesPerSecond((chunk) => stream.push(chunk));
  console.log(
    `${String(secrets).padStart(7)}  ${speed.toFixed(0).padStart(5)}    ${(speed / copy).toFixed(2)}`,
  );
}
