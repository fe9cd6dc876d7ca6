// The environment of a sandboxed program.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { markerVariable } from "../io/process-tree.ts";

/** The port on which the bridge offers the step's way to the allowed hosts. */
const egressPort = 3128;

/** What a step's folder of doors holds. */
interface DoorsFound {
  egress: boolean;
  model: boolean;
}

/** Looks into the folder; without one there is no door. */
export function findDoors(folder: string | undefined): DoorsFound {
  const there = (name: string): boolean => folder !== undefined && existsSync(join(folder, name));
  return { egress: there("egress.sock"), model: there("model.sock") };
}

/**
 * `operator` is what the operator allows, `command` what the agent's adapter adds; PATH and HOME are those inside. With
 * an egress door every proxy variable names the bridge, and Node's own fetch is told to look at them
 * (nodejs.org, NODE_USE_ENV_PROXY). Loopback is never proxied: the model door is there, and so are the servers that
 * an agent starts itself; nobody else's can be, in a network of its own.
 */
export function insideEnvironment(options: {
  operator: Readonly<Record<string, string>>;
  command: Readonly<Record<string, string>>;
  path: string;
  home: string;
  marker: string;
  doors: DoorsFound;
}): Record<string, string> {
  const { TMPDIR: _there, ...operator } = options.operator;
  return {
    LANG: "C.UTF-8",
    USER: "agent",
    LOGNAME: "agent",
    ...operator,
    ...options.command,
    PATH: options.path,
    HOME: options.home,
    TERM: "dumb",
    TMPDIR: "/tmp",
    ...(options.doors.egress ? proxyVariables : {}),
    [markerVariable]: options.marker,
  };
}

const proxy = `http://127.0.0.1:${egressPort}`;
const direct = "127.0.0.1,localhost,::1";

const proxyVariables: Record<string, string> = {
  HTTP_PROXY: proxy,
  HTTPS_PROXY: proxy,
  http_proxy: proxy,
  https_proxy: proxy,
  NO_PROXY: direct,
  no_proxy: direct,
  NODE_USE_ENV_PROXY: "1",
};
