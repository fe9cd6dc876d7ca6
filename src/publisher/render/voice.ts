// What every renderer is given about the world, so that rendering stays pure.

export interface Voice {
  /** Takes every registered secret out of a text. */
  mask(text: string): string;
  /** The word that begins a command. */
  trigger: string;
  /** The hosts from which an agent's text may show pictures; others become links. */
  imageHosts: readonly string[];
  /** Markdown that says where a job's file lies: a link, or a path on the operator's machine. */
  whereIs(jobId: string, file: "report.md" | "patch.diff" | "logs.txt"): string;
  /** The address of the job's page, when there is one. */
  jobUrl(jobId: string): string | undefined;
}

/**
 * `publicUrl` is the address at which people reach this Patchbay; without one an artifact is named by its path
 * below the last folder of `artifactsRoot`, since the machine's own folders concern nobody.
 */
export function createVoice(options: {
  mask: (text: string) => string;
  host: string;
  publicUrl?: string | undefined;
  artifactsRoot: string;
  trigger: string;
}): Voice {
  const base = options.publicUrl?.replace(/\/+$/, "");
  const folder = options.artifactsRoot.split("/").findLast((part) => part !== "") ?? "artifacts";
  const jobUrl = (jobId: string): string | undefined =>
    base === undefined || base === "" ? undefined : `${base}/jobs/${encodeURIComponent(jobId)}`;
  return {
    mask: options.mask,
    trigger: options.trigger,
    imageHosts: [options.host, "user-images.githubusercontent.com", "raw.githubusercontent.com"],
    jobUrl,
    whereIs(jobId, file) {
      const url = jobUrl(jobId);
      if (url !== undefined) return `[${file} on the job's page](${url})`;
      return `\`${folder}/${jobId}/${file}\` on the machine that runs Patchbay`;
    },
  };
}
