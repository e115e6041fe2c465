/** Aborts when the user or the system asks the process to end; a second request ends it at once. */
export function untilInterrupted(): AbortSignal {
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      stopping.abort();
    });
  }
  return stopping.signal;
}
