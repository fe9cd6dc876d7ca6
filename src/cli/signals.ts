// The process's own end: asked for once, it drains; asked for twice, it goes at once.

/** Resolves with the name of the first SIGTERM or SIGINT; a second one ends the process with status 130. */
export async function untilStopped(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let asked = false;
    const stop = (signal: NodeJS.Signals): void => {
      if (asked) process.exit(130);
      asked = true;
      resolve(signal);
    };
    process.on("SIGTERM", stop);
    process.on("SIGINT", stop);
  });
}
