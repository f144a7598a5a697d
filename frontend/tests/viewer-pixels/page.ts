import { OpenLayersViewer } from "../../src/viewer/openlayers-viewer";
import type { ViewerPresentation } from "../../src/viewer/viewer";

/** The real viewer without the rest of the page; tests/e2e/test_viewer_pixels.py drives it. */
declare global {
  interface Window {
    viewer: OpenLayersViewer;
  }
}

const target = document.querySelector<HTMLElement>("#slide");
if (target === null) throw new Error("the page has no element for the slide");
const presentation = (await (await fetch("/presentation.json")).json()) as ViewerPresentation;
document.body.style.margin = "0";
target.style.width = `${presentation.width_px}px`;
target.style.height = `${presentation.height_px}px`;
window.viewer = new OpenLayersViewer(target);
window.viewer.open(presentation);
window.viewer.setView({ resolution: 1 });
