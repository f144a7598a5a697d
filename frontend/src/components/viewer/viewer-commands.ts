import { MAGNIFICATIONS } from "../../geometry/magnification";
import { OVERLAY_KINDS, OVERLAY_WORDS, type OverlayKind } from "../../geometry/stain-map";
import type { ViewerSession } from "./viewer-session";

/** A viewer command as the page's command table takes it: keys in the notation of commands/shortcuts. */
export interface ViewerCommand {
  readonly id: ViewerCommandId;
  readonly label: string;
  readonly group: "Slide";
  readonly keys: readonly string[];
  readonly inPalette: boolean;
  /** Why it cannot be done now, as a sentence; null when it can. */
  disabled(): string | null;
  run(): void;
  /** For keys that are held: what happens on letting go. */
  release?(): void;
}

export type ViewerCommandId =
  | `viewer.magnification.${(typeof MAGNIFICATIONS)[number]}`
  | `viewer.pan.${"left" | "right" | "up" | "down"}`
  | "viewer.zoom-in"
  | "viewer.zoom-out"
  | "viewer.rotate"
  | "viewer.rotate-back"
  | "viewer.flip"
  | "viewer.fit"
  | "viewer.overlay-off"
  | "viewer.overlay-toggle"
  | `viewer.overlay.${OverlayKind}`
  | "viewer.overlay-next"
  | "viewer.opacity-down"
  | "viewer.opacity-up"
  | "viewer.stain"
  | "viewer.adjust-reset"
  | "viewer.ruler"
  | "viewer.overview"
  | "viewer.chrome"
  | "viewer.full-screen"
  | "viewer.screenshot";

export const UNKNOWN_UM_PER_PX =
  "The µm/px of this slide is unknown, so its magnification is too. A technician can enter it on the slide's page.";
const NO_OVERLAY = "No result is shown on this slide.";
const NO_MAPS = "This result does not have it: masks and maps come from a network's run.";
const OPACITY_STEP = 0.1;
/** Share of the viewport that an arrow key moves. */
const PAN_SHARE = 1 / 8;
const ZOOM_STEP = 1.5;

const always = (): null => null;

/** Everything the viewer does by key. `name` becomes the file name of a screenshot. */
export function viewerCommands(session: ViewerSession, name = "slide"): ViewerCommand[] {
  const { viewer } = session;
  const group = "Slide" as const;
  const pan = (x: number, y: number) => (): void => {
    const { width, height } = viewer.getSize();
    viewer.panBy(x * width * PAN_SHARE, y * height * PAN_SHARE);
  };
  const overlay = (): string | null => (session.get().overlayPresent ? null : NO_OVERLAY);
  const has = (kind: OverlayKind) => (): string | null => overlay() ?? (session.get().overlayKinds.includes(kind) ? null : NO_MAPS);
  const hidden = { group, inPalette: false, disabled: always };
  const listed = { group, inPalette: true, disabled: always };
  return [
    ...MAGNIFICATIONS.map((step, index): ViewerCommand => ({
      ...listed,
      id: `viewer.magnification.${step}`,
      label: `Magnification ${step}×`,
      keys: [`Alt+${index + 1}`],
      disabled: () => (viewer.getMagnification() === null ? UNKNOWN_UM_PER_PX : null),
      run: () => void viewer.zoomToMagnification(step),
    })),
    { ...hidden, id: "viewer.pan.left", label: "Move left", keys: ["ArrowLeft", "Shift+ArrowLeft"], run: pan(-1, 0) },
    { ...hidden, id: "viewer.pan.right", label: "Move right", keys: ["ArrowRight", "Shift+ArrowRight"], run: pan(1, 0) },
    { ...hidden, id: "viewer.pan.up", label: "Move up", keys: ["ArrowUp", "Shift+ArrowUp"], run: pan(0, -1) },
    { ...hidden, id: "viewer.pan.down", label: "Move down", keys: ["ArrowDown", "Shift+ArrowDown"], run: pan(0, 1) },
    { ...hidden, id: "viewer.zoom-in", label: "Closer", keys: ["+", "="], run: () => viewer.zoomBy(ZOOM_STEP) },
    { ...hidden, id: "viewer.zoom-out", label: "Farther", keys: ["-"], run: () => viewer.zoomBy(1 / ZOOM_STEP) },
    { ...listed, id: "viewer.rotate", label: "Rotate by 90°", keys: ["R"], run: () => viewer.rotateBy(90) },
    { ...listed, id: "viewer.rotate-back", label: "Rotate back by 90°", keys: ["Shift+R"], run: () => viewer.rotateBy(-90) },
    {
      ...listed,
      id: "viewer.flip",
      label: "Mirror left–right",
      keys: ["Shift+F"],
      run: () => viewer.setView({ flipped: !viewer.getView().flipped }),
    },
    { ...listed, id: "viewer.fit", label: "Fit the whole slide", keys: ["F"], run: () => viewer.fit() },
    {
      ...hidden,
      id: "viewer.overlay-off",
      label: "Overlay off while held",
      keys: ["Space"],
      disabled: overlay,
      run: () => session.holdOverlayOff(true),
      release: () => session.holdOverlayOff(false),
    },
    {
      ...listed,
      id: "viewer.overlay-toggle",
      label: "Overlay on or off",
      keys: ["Shift+Space"],
      disabled: overlay,
      run: () => session.setOverlay({ visible: !session.get().overlay.visible }),
    },
    ...OVERLAY_KINDS.map((kind, index): ViewerCommand => ({
      ...listed,
      id: `viewer.overlay.${kind}`,
      label: `Overlay: ${OVERLAY_WORDS[kind].label}`,
      keys: [`Shift+${index + 1}`],
      disabled: has(kind),
      run: () => session.chooseOverlay(kind),
    })),
    { ...listed, id: "viewer.overlay-next", label: "Next overlay", keys: ["K"], disabled: has("intensity"), run: () => session.cycleOverlay() },
    { ...hidden, id: "viewer.opacity-down", label: "Overlay fainter", keys: ["["], disabled: overlay, run: () => session.changeOpacity(-OPACITY_STEP) },
    { ...hidden, id: "viewer.opacity-up", label: "Overlay stronger", keys: ["]"], disabled: overlay, run: () => session.changeOpacity(OPACITY_STEP) },
    {
      ...listed,
      id: "viewer.stain",
      label: "Next stain: original, haematoxylin, DAB",
      keys: ["O"],
      disabled: () => viewer.capabilities.stainSeparationUnavailable,
      run: () => session.cycleStain(),
    },
    {
      ...listed,
      id: "viewer.adjust-reset",
      label: "Reset brightness, contrast and gamma",
      keys: [],
      run: () => session.resetAdjustments(),
    },
    { ...listed, id: "viewer.ruler", label: "Ruler", keys: ["L"], run: () => session.toggleRuler() },
    { ...listed, id: "viewer.overview", label: "Overview on or off", keys: ["V"], run: () => session.toggleOverview() },
    { ...listed, id: "viewer.chrome", label: "Hide or show controls", keys: ["H"], run: () => session.toggleChrome() },
    {
      ...listed,
      id: "viewer.full-screen",
      label: "Full screen",
      keys: ["Z"],
      disabled: () => (document.fullscreenEnabled ? null : "This browser does not allow full screen here."),
      run: () => void session.toggleFullScreen(),
    },
    {
      ...listed,
      id: "viewer.screenshot",
      label: "Save what is on the screen as a picture",
      keys: [],
      run: () => void session.saveScreenshot(name),
    },
  ];
}
