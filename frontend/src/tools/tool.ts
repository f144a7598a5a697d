import type { PointerHandler, Viewer } from "../viewer/viewer";

/**
 * A tool owns pointers and keys between `enter` and `exit`. It draws through a layer of its own that it adds on
 * entering and removes on leaving; it changes nothing else.
 */
export interface Tool extends PointerHandler {
  readonly id: string;
  readonly label: string;
  /** What to do, in a sentence; shown while the tool is active. */
  readonly hint: string;
  /** CSS cursor over the tissue. */
  readonly cursor: string;
  enter(host: ToolHost): void;
  exit(): void;
  /** True = taken: the page's own shortcut does not fire. */
  onKey(key: ToolKey): boolean;
}

/** A key as a tool sees it; `key` as in KeyboardEvent.key. */
export interface ToolKey {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
}

export interface ToolHost {
  readonly viewer: Viewer;
  /** The tool is finished: back to panning. */
  leave(): void;
  /** Says something to those who do not see it drawn. */
  announce(text: string): void;
}

/** The one active tool of a viewer. */
export class ToolBox {
  private active: Tool | null = null;
  private readonly listeners = new Set<(tool: Tool | null) => void>();

  constructor(
    private readonly viewer: Viewer,
    private readonly announce: (text: string) => void,
  ) {}

  get tool(): Tool | null {
    return this.active;
  }

  /** Leaves the active tool and enters this one; null = only leave. */
  use(tool: Tool | null): void {
    if (tool === this.active) return;
    const before = this.active;
    this.active = null;
    if (before !== null) {
      this.viewer.setPointerHandler(null);
      this.viewer.setCursor(null);
      before.exit();
    }
    if (tool !== null) {
      this.active = tool;
      tool.enter({
        viewer: this.viewer,
        leave: () => {
          if (this.active === tool) this.use(null);
        },
        announce: this.announce,
      });
      this.viewer.setPointerHandler(tool);
      this.viewer.setCursor(tool.cursor);
    }
    for (const listener of this.listeners) listener(this.active);
  }

  onKey(key: ToolKey): boolean {
    return this.active?.onKey(key) ?? false;
  }

  onChange(listener: (tool: Tool | null) => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }
}
