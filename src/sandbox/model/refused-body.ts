// A call that must not reach the provider, found while its body passes.

export class RefusedBody extends Error {
  override readonly name = "RefusedBody";
  /** The HTTP status to answer with; 400 is final for every CLI, where Codex tries a 403 again. */
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
