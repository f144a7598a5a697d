import { describe, expect, it } from "vitest";
import type { Study } from "../../api/types";
import { lockOf, studiesNaming } from "./locks";

const study = (algorithms: string[] | null): Study => ({
  id: "s", name: "S", description: "", my_roles: [], case_count: 0, slide_count: 0,
  protocol: algorithms && { version: 1, readers_per_specimen: 2, mode: "independent", reveal_to_readers: "never", marker_schemes: {}, algorithms, frozen: null },
});

describe("the version a study is locked to", () => {
  it("is the one that its protocol names", () => {
    expect(lockOf({ key: "nnp", version: "2" }, study(["nnp@2", "nap@1"]))).toEqual({ versions: ["2"], runs: true });
    expect(lockOf({ key: "nnp", version: "3" }, study(["nnp@2"]))).toEqual({ versions: ["2"], runs: false });
  });
  it("is of those studies alone that name it", () => {
    const naming = study(["nnp@2"]);
    expect(studiesNaming("nnp", [naming, study(["nap@1"]), study(null)])).toEqual([naming]);
  });
});
