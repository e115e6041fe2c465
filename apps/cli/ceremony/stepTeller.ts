const REPEAT_MS = 5_000;

/**
 * Says on standard error what is being done: a line for everything new, and one now and then for
 * what goes on ("H Section: 65536/131072").
 */
export function stepTeller(
  print: (line: string) => void = console.error,
  now: () => number = Date.now,
): (step: string) => void {
  let last = "";
  let at = 0;
  return (step) => {
    const label = step.replace(/:? *\d+\/\d+\s*$/, "");
    if (label === last && now() - at < REPEAT_MS) return;
    [last, at] = [label, now()];
    print(`  ${step}`);
  };
}
