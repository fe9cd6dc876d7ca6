import { describe, expect, test } from "vitest";
import { ExecError, run } from "../../src/io/exec.ts";

const node = process.execPath;
const options = { env: {}, timeoutMs: 20_000 };

async function failure(work: Promise<unknown>): Promise<ExecError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ExecError) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

describe("a program", () => {
  test("gets nothing of this process's environment, and its output comes as bytes", async () => {
    const { stdout } = await run(node, ["-p", "JSON.stringify(process.env)"], options);
    expect(stdout.toString()).toBe("{}\n");
    const bytes = await run(node, ["-e", "process.stdout.write(Buffer.from([255,0,10]))"], options);
    expect(bytes.stdout).toEqual(Buffer.from([255, 0, 10]));
  });

  test("reads its input", async () => {
    const { stdout } = await run(node, ["-e", "process.stdin.pipe(process.stdout)"], {
      ...options,
      input: "hello",
    });
    expect(stdout.toString()).toBe("hello");
  });

  test("that fails is told with its exit code and the end of what it said", async () => {
    const error = await failure(
      run(node, ["-e", "console.error('no such thing'); process.exit(3)"], options),
    );
    expect(error).toMatchObject({ exitCode: 3, timedOut: false });
    expect(error.message).toContain("exit code 3: no such thing");
  });

  test("may end with another code when that is an answer", async () => {
    const result = await run(node, ["-e", "process.exit(1)"], { ...options, okExitCodes: [1] });
    expect(result.exitCode).toBe(1);
  });

  test("that hangs, that talks too much or that isn't there is an error that says so", async () => {
    const hang = run(node, ["-e", "setInterval(() => 0, 1000)"], { ...options, timeoutMs: 200 });
    expect(await failure(hang)).toMatchObject({ timedOut: true });
    const talk = run(node, ["-e", "for(;;)process.stdout.write('x'.repeat(9999))"], {
      ...options,
      maxOutputBytes: 1000,
    });
    expect(await failure(talk)).toMatchObject({ tooMuchOutput: true });
    expect(await failure(run("no-such-program", [], options))).toMatchObject({ missing: true });
  });

  test("ends when its signal aborts", async () => {
    const controller = new AbortController();
    const running = failure(
      run(node, ["-e", "setInterval(() => 0, 1000)"], { ...options, signal: controller.signal }),
    );
    controller.abort(new Error("enough"));
    expect((await running).cause).toMatchObject({ message: "enough" });
  });
});
