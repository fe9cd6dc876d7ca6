// A call that must not reach the provider, found while its body passes.

export class RefusedBody extends Error {
  override readonly name = "RefusedBody";
  /** The HTTP status to answer with; undefined: the one that the provider's clients take for final. */
  readonly status: number | undefined;
  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}
