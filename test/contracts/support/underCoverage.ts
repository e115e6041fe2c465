import hre from "hardhat";

/** Coverage counts inside the contracts, which costs gas and code: exact figures mean nothing then. */
export function skipUnderCoverage(test: { readonly skip: () => void }): void {
  if (!hre.globalOptions.coverage) return;
  process.stderr.write("skipped: coverage counts inside the contracts, which costs gas and code\n");
  test.skip();
}
