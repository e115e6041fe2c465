import { expect } from "chai";

import { deployWorld, networkHelpers, read } from "./support/world.ts";

describe("modelRegistry and operatorRegistry of a coordinator", () => {
  it("name the registries it was made with", async () => {
    const w = await networkHelpers.loadFixture(deployWorld);
    const { modelRegistry, operatorRegistry } = w.addresses;
    expect(await read(w.coordinator, "modelRegistry")).to.equal(modelRegistry);
    expect(await read(w.coordinator, "operatorRegistry")).to.equal(operatorRegistry);
  });
});
