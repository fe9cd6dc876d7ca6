// How much garbage this process may keep before it is collected.
import { PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** Where objects begin: by itself it goes to 48 MB in a process that reads much, and gives nothing back. */
const maxYoungBytes = 8 * 1024 * 1024;

/**
 * From now on V8 collects before its heap has grown by a fifth, and stops growing the part of it in which objects begin.
 * By itself it waits for many times what is alive, so that an agent's flood of output costs this process up to 200 MB; the
 * flood is not slower for it (`test/runner/flood-meter.ts`). Whoever starts this program need not know of Node's options.
 *
 * https://nodejs.org/api/v8.html#v8setflagsfromstringflags; both flags are in `node --v8-options`.
 */
export function keepHeapSmall(): void {
  setFlagsFromString("--heap-growing-percent=20");
  const observer = new PerformanceObserver(() => {
    const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space");
    if ((young?.physical_space_size ?? maxYoungBytes) < maxYoungBytes) return;
    setFlagsFromString("--semi-space-growth-factor=1");
    observer.disconnect();
  });
  observer.observe({ entryTypes: ["gc"] });
}
