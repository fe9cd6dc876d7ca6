// One kept-alive connection that sends a request and waits for its answer, with next to no work of its own: what the
// load costs is taken from the same machine as what is measured.
import { once } from "node:events";
import { connect } from "node:net";

export interface Connection {
  /** The answer's status. */
  ask(request: Buffer): Promise<number>;
  end(): void;
}

export async function openConnection(port: number): Promise<Connection> {
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  await once(socket, "connect");
  let text = "";
  let answer: ((status: number) => void) | undefined;
  let refuse: ((error: Error) => void) | undefined;
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
    if (!isWhole(text)) return;
    const status = Number(text.slice(9, 12));
    text = "";
    answer?.(status);
  });
  socket.on("error", (error) => refuse?.(error));
  socket.on("close", () => refuse?.(new Error("the server ended a connection")));
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        answer = resolve;
        refuse = reject;
        socket.write(request);
      }),
    end: () => socket.destroy(),
  };
}

/** RFC 9112, section 6: a body's end is told by its length or by the last chunk. */
function isWhole(text: string): boolean {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return false;
  const head = text.slice(0, end).toLowerCase();
  const length = /content-length: (\d+)/.exec(head)?.[1];
  if (length !== undefined) return text.length >= end + 4 + Number(length);
  return !head.includes("transfer-encoding: chunked") || text.endsWith("0\r\n\r\n");
}
