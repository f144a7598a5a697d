import { FakeViewer } from "./fake-viewer";
import { viewerContract } from "./viewer-contract";

viewerContract("FakeViewer", () => new FakeViewer());
viewerContract("FakeViewer without WebGL", () => new FakeViewer(undefined, { stainSeparationUnavailable: "no WebGL" }));
