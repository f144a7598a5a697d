import Kinetic from "ol/Kinetic.js";
import type MapBrowserEvent from "ol/MapBrowserEvent.js";
import { noModifierKeys, primaryAction } from "ol/events/condition.js";
import DoubleClickZoom from "ol/interaction/DoubleClickZoom.js";
import DragPan from "ol/interaction/DragPan.js";
import DragRotate from "ol/interaction/DragRotate.js";
import Interaction from "ol/interaction/Interaction.js";
import MouseWheelZoom from "ol/interaction/MouseWheelZoom.js";
import PinchRotate from "ol/interaction/PinchRotate.js";
import PinchZoom from "ol/interaction/PinchZoom.js";
import { ANIMATION_MS, prefersReducedMotion } from "./motion";

/**
 * Pan (main or middle button, one finger), zoom (wheel, double click, pinch), rotate (Alt+Shift+drag, two fingers).
 * A tool is asked before all of them: true = the event is its own.
 */
export function viewerInteractions(takenByTool: (event: MapBrowserEvent) => boolean): Interaction[] {
  const calm = prefersReducedMotion();
  const duration = calm ? 0 : ANIMATION_MS;
  // The last one is asked first.
  return [
    new DragRotate({ duration }),
    new DoubleClickZoom({ duration }),
    new DragPan({ condition: mayPan, ...(calm ? {} : { kinetic: new Kinetic(-0.005, 0.05, 100) }) }),
    new PinchRotate({ duration }),
    new PinchZoom({ duration }),
    new MouseWheelZoom({ duration, useAnchor: true }),
    new Interaction({ handleEvent: (event) => !takenByTool(event) }),
  ];
}

/** The middle button pans whatever tool is active. */
export function isMiddleButton({ originalEvent }: MapBrowserEvent): boolean {
  return originalEvent instanceof MouseEvent && (originalEvent.button === 1 || originalEvent.buttons === 4);
}

function mayPan(event: MapBrowserEvent): boolean {
  return isMiddleButton(event) || (noModifierKeys(event) && primaryAction(event));
}
