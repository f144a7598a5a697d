import type { DisplayClass } from "../../geometry/classes";
import type { Box } from "../../geometry/points";
import { STAIN_MODES, type StainMode } from "../../geometry/view-query";
import type { NucleiLayer, OverlaySettings } from "../../layers/nuclei-layer";
import { RectangleTool } from "../../tools/rectangle";
import { RulerTool } from "../../tools/ruler";
import { ToolBox, type Tool } from "../../tools/tool";
import { DISPLAY_AS_SCANNED, type Unsubscribe, type Viewer } from "../../viewer/viewer";

/** What toolbar, keys and legend share about one open viewer; framework-free, replaced as a whole on every change. */
export interface SessionState {
  readonly chromeHidden: boolean;
  readonly overviewShown: boolean;
  readonly tool: Tool | null;
  readonly overlay: OverlaySettings;
  readonly overlayPresent: boolean;
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
    announcement: "",
  };
  private nuclei: NucleiLayer | null = null;
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
    layer?.setSettings(this.state.overlay);
    this.set({ overlayPresent: layer !== null });
  }

  setOverlay(change: Partial<OverlaySettings>): void {
    const overlay = { ...this.state.overlay, ...change };
    this.nuclei?.setSettings(overlay);
    this.set({ overlay });
  }

  toggleClass(key: DisplayClass): void {
    const hidden = new Set(this.state.overlay.hidden);
    if (!hidden.delete(key)) hidden.add(key);
    this.setOverlay({ hidden });
  }

  holdOverlayOff(off: boolean): void {
    this.nuclei?.holdOff(off);
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
