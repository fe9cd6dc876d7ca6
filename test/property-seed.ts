// Property tests draw the same cases on every run, so that a run means the same everywhere.
// FAST_CHECK_SEED=$RANDOM npm test draws others.
import fc from "fast-check";

fc.configureGlobal({ seed: Number(process.env["FAST_CHECK_SEED"] ?? 20_261_123) });
