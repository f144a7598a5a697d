import { OVERLAY_WORDS, overlayKinds, type OverlayKind } from "../../geometry/stain-map";
import type { DisplayClass } from "../../geometry/classes";
import type { Box } from "../../geometry/points";
import { STAIN_MODES, type StainMode } from "../../geometry/view-query";
import type { MapLayer } from "../../layers/map-layer";
import type { NucleiLayer, OverlaySettings } from "../../layers/nuclei-layer";
import { RectangleTool } from "../../tools/rectangle";
import { RulerTool } from "../../tools/ruler";
import { ToolBox, type Tool } from "../../tools/tool";
import { DISPLAY_AS_SCANNED, type Unsubscribe, type Viewer } from "../../viewer/viewer";

const LEAST_OPACITY = 0.1;

/** What toolbar, keys and legend share about one open viewer; framework-free, replaced as a whole on every change. */
export interface SessionState {
  readonly chromeHidden: boolean;
  readonly overviewShown: boolean;
  readonly tool: Tool | null;
  readonly overlay: OverlaySettings;
  readonly overlayPresent: boolean;
  /** Which of the overlays is chosen; those that need layers are shown only where the result has some. */
  readonly overlayKind: OverlayKind;
  /** The overlays that the result on show has. */
  readonly overlayKinds: readonly OverlayKind[];
  /** Read out by screen readers. */
  readonly announcement: string;
}

export class ViewerSession {
  readonly toolBox: ToolBox;
  readonly ruler = new RulerTool();
  private state: SessionState = {
    chromeHidden: false,
    overviewShown: true,
    tool: null,
    overlay: { visible: true, opacity: 1, hidden: new Set() },
    overlayPresent: false,
    overlayKind: "nuclei",
    overlayKinds: overlayKinds(false, false),
    announcement: "",
  };
  private nuclei: NucleiLayer | null = null;
  private map: MapLayer | null = null;
  private readonly listeners = new Set<() => void>();

  constructor(readonly viewer: Viewer) {
    this.toolBox = new ToolBox(viewer, (announcement) => this.set({ announcement }));
    this.toolBox.onChange((tool) => this.set({ tool }));
  }

  readonly get = (): SessionState => this.state;

  readonly subscribe = (listener: () => void): Unsubscribe => {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  };

  close(): void {
    this.toolBox.use(null);
    this.listeners.clear();
  }

  /** The nuclei now on show, or none. Settings carry over from one result to the next. */
  setNuclei(layer: NucleiLayer | null): void {
    this.nuclei = layer;
    this.set({ overlayPresent: layer !== null });
    this.passOn();
  }

  /** The layers of the result now on show, or none. */
  setMap(layer: MapLayer | null): void {
    this.map = layer;
    this.set({ overlayKinds: overlayKinds(layer !== null, layer?.hasTumour ?? false) });
    this.passOn();
  }

  setOverlay(change: Partial<OverlaySettings>): void {
    this.set({ overlay: { ...this.state.overlay, ...change } });
    this.passOn();
  }

  /** Shows this overlay, and shows overlays again where they were off. */
  chooseOverlay(overlayKind: OverlayKind): void {
    this.set({ overlayKind, announcement: OVERLAY_WORDS[overlayKind].label });
    this.setOverlay({ visible: true });
  }

  cycleOverlay(): void {
    const kinds = this.state.overlayKinds;
    this.chooseOverlay(kinds[(kinds.indexOf(this.shownKind()) + 1) % kinds.length] ?? "nuclei");
  }

  /** The overlay on the screen: the chosen one, or the outlines where the result does not have it. */
  shownKind(): OverlayKind {
    const { overlayKind, overlayKinds: kinds } = this.state;
    return kinds.includes(overlayKind) ? overlayKind : "nuclei";
  }

  /** Shares of 1, added to the opacity. */
  changeOpacity(step: number): void {
    const opacity = Math.min(1, Math.max(LEAST_OPACITY, this.state.overlay.opacity + step));
    this.setOverlay({ opacity: Number(opacity.toFixed(2)) });
    this.set({ announcement: `Opacity ${Math.round(opacity * 100)} %` });
  }

  private passOn(): void {
    const { overlay } = this.state;
    const kind = this.shownKind();
    this.nuclei?.setSettings(kind === "nuclei" ? overlay : { ...overlay, visible: false });
    this.map?.setSettings({ kind: overlay.visible && kind !== "nuclei" ? kind : null, opacity: overlay.opacity });
  }

  toggleClass(key: DisplayClass): void {
    const hidden = new Set(this.state.overlay.hidden);
    if (!hidden.delete(key)) hidden.add(key);
    this.setOverlay({ hidden });
  }

  holdOverlayOff(off: boolean): void {
    this.nuclei?.holdOff(off);
    this.map?.holdOff(off);
  }

  toggleChrome(): void {
    this.set({ chromeHidden: !this.state.chromeHidden });
  }

  toggleOverview(): void {
    this.set({ overviewShown: !this.state.overviewShown });
  }

  toggleRuler(): void {
    this.toolBox.use(this.state.tool === this.ruler ? null : this.ruler);
  }

  /** Lets the person draw one rectangle; `done` gets it in whole level-0 px. */
  drawRectangle(done: (box: Box) => void): void {
    this.toolBox.use(new RectangleTool({ onRectangle: done }));
  }

  cycleStain(): void {
    const now = STAIN_MODES.indexOf(this.viewer.getDisplay().stain);
    const stain = STAIN_MODES[(now + 1) % STAIN_MODES.length] ?? "original";
    this.viewer.setDisplay({ stain });
    this.set({ announcement: STAIN_LABELS[stain].long });
  }

  resetAdjustments(): void {
    const { brightness, contrast, gamma } = DISPLAY_AS_SCANNED;
    this.viewer.setDisplay({ brightness, contrast, gamma });
  }

  async toggleFullScreen(): Promise<void> {
    // The whole page, so that menus and dialogs stay visible.
    if (document.fullscreenElement !== null) await document.exitFullscreen();
    else await document.documentElement.requestFullscreen();
  }

  /** Saves what is on the screen as a PNG on this computer. */
  async saveScreenshot(name: string): Promise<void> {
    const url = URL.createObjectURL(await this.viewer.screenshot());
    const link = document.createElement("a");
    link.href = url;
    link.download = `${name}.png`;
    link.click();
    URL.revokeObjectURL(url);
  }

  private set(change: Partial<SessionState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }
}

export const STAIN_LABELS: Readonly<Record<StainMode, { short: string; long: string }>> = {
  original: { short: "Original", long: "Original colours" },
  haematoxylin: { short: "H", long: "Haematoxylin only" },
  dab: { short: "DAB", long: "DAB only" },
};
