// Preloaded into the demo's programs: they end when the demo does, also when it was killed.
process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
// Waiting for that keeps no program alive.
process.channel?.unref();
