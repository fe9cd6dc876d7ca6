// Why bubblewrap could not set a sandbox up, and what to do. Pure.

const hints: readonly { pattern: RegExp; hint: string }[] = [
  {
    pattern: /setting up uid map: Permission denied|Failed RTM_NEWADDR|RTM_NEWADDR: Operation not permitted/i,
    hint:
      "AppArmor keeps programs from making user namespaces (Ubuntu 23.10 and later): install its profile for bubblewrap," +
      " `apt-get install apparmor-profiles && ln -s /usr/share/apparmor/extra-profiles/bwrap-userns-restrict /etc/apparmor.d/ && apparmor_parser -r /etc/apparmor.d/bwrap-userns-restrict`",
  },
  {
    pattern:
      /No permissions to creat(?:e|ing) new namespace|creating new namespace failed.*(?:EPERM|not permitted)/i,
    hint:
      "this user may make no namespaces: `sysctl kernel.unprivileged_userns_clone=1` on Debian before 11, and no" +
      " RestrictNamespaces=yes or SystemCallFilter=@system-service in the systemd unit; in a container start it with" +
      " --security-opt seccomp=unconfined",
  },
  {
    pattern: /ENOSPC|No space left on device|nesting depth or \/proc\/sys\/user\/max_.*_namespaces exceeded/i,
    hint: "the number of namespaces is limited to none: `sysctl user.max_user_namespaces=15000`",
  },
  {
    pattern: /Failed to make \/ slave|mounting .* on .*proc|Can't mount proc|Operation not permitted.*mount/i,
    hint:
      "the container that Patchbay runs in forbids mounts: start it with --security-opt apparmor=unconfined --security-opt" +
      " seccomp=unconfined --security-opt systempaths=unconfined, or run Patchbay on the host",
  },
  {
    pattern: /Can't find source path|Can't bind mount|Can't get type of source/i,
    hint: "the sandbox's user can't reach this path: every folder on the way needs `chmod o+x`",
  },
  {
    pattern: /Unknown option|disable-userns/i,
    hint: "this bubblewrap is too old: version 0.8.0 or newer is needed",
  },
  {
    pattern: /execvp/i,
    hint: "the program can't be started in the sandbox: its interpreter or a library may lie in a folder that SANDBOX_MOUNTS has to name",
  },
];

/** One sentence with bwrap's own words and the remedy. */
export function explainSetupFailure(stderr: string): string {
  const said = stderr.trim().split("\n").slice(-3).join(" ").slice(-1000);
  const hint = hints.find(({ pattern }) => pattern.test(said))?.hint;
  const words = said === "" ? "bubblewrap said nothing" : said;
  return `the sandbox could not be set up: ${words}${hint === undefined ? "; `patchbay doctor` looks closer" : `; ${hint}`}`;
}
