import { decodeCells, type Cells } from "../geometry/cells";
import { containsBox, intersectBoxes, roundOutBox, type Box } from "../geometry/points";
import { indexCells, type CellIndex } from "./cell-index";

/** Brings the cells of a box (level-0 px), at most `limit`, as the `DCEL` bytes. */
export type CellSource = (box: Box, limit: number, signal: AbortSignal) => Promise<ArrayBuffer>;

export interface CellSet {
  readonly box: Box;
  readonly cells: Cells;
  readonly index: CellIndex;
  /** False where the answer was thinned to the limit. */
  readonly complete: boolean;
}

export interface CellRequestsOptions {
  readonly source: CellSource;
  /** The slide: nothing outside it is asked for. */
  readonly bounds: Box;
  readonly limit?: number;
  /** Wait for the view to rest this long, ms. */
  readonly debounceMs?: number;
  readonly onChange: () => void;
}

const DEFAULT_LIMIT = 20_000;
const DEFAULT_DEBOUNCE_MS = 120;
const SETS_KEPT = 8;
const RETRY_MS = 3000;

/**
 * Asks for the cells of what is visible: one request at a time, after the view has come to rest, the one before
 * aborted; answers are kept, and one that covers the view is used again without asking.
 */
export class CellRequests {
  readonly limit: number;
  /** What to draw now; stays until something better is there. */
  current: CellSet | null = null;
  loading = false;
  /** Why the last request failed, as a sentence; null if it did not. */
  error: string | null = null;

  private kept: CellSet[] = [];
  private wanted: Box | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private controller: AbortController | null = null;
  private asked: Box | null = null;

  constructor(private readonly options: CellRequestsOptions) {
    this.limit = options.limit ?? DEFAULT_LIMIT;
  }

  /** Cells of `visible` are needed; `margin` is how much more around it to ask for (see `expandBox`), clipped. */
  want(visible: Box, around: Box): void {
    const inside = intersectBoxes(visible, this.options.bounds);
    if (inside === null) return;
    const known = this.kept.find((set) => covers(set, inside));
    if (known !== undefined) {
      this.cancel();
      this.kept = [known, ...this.kept.filter((set) => set !== known)];
      if (this.current !== known) {
        this.current = known;
        this.options.onChange();
      }
      return;
    }
    if (this.asked !== null && containsBox(this.asked, inside) && !tooWide(this.asked, inside)) return;
    const box = intersectBoxes(around, this.options.bounds) ?? inside;
    this.wanted = roundOutBox(box);
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(), this.options.debounceMs ?? DEFAULT_DEBOUNCE_MS);
  }

  /** True from the moment cells are wanted until they are there. */
  get busy(): boolean {
    return this.loading || (this.timer !== null && this.error === null);
  }

  /** Nothing is needed now (far away, or switched off): a running request is aborted. */
  cancel(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.wanted = null;
    this.asked = null;
    this.controller?.abort();
    this.controller = null;
    this.loading = false;
  }

  private async ask(): Promise<void> {
    const box = this.wanted;
    this.timer = null;
    if (box === null) return;
    this.controller?.abort();
    const controller = new AbortController();
    this.controller = controller;
    this.asked = box;
    this.loading = true;
    this.options.onChange();
    try {
      const cells = decodeCells(await this.options.source(box, this.limit, controller.signal));
      if (controller.signal.aborted) return;
      const set = { box, cells, index: indexCells(cells, box), complete: cells.totalInBox === cells.count };
      this.kept = [set, ...this.kept].slice(0, SETS_KEPT);
      this.current = set;
      this.error = null;
    } catch (error) {
      if (controller.signal.aborted) return;
      this.error = error instanceof Error ? error.message : "the cells could not be fetched";
      this.timer = setTimeout(() => void this.ask(), RETRY_MS);
    } finally {
      if (this.controller === controller) {
        this.loading = false;
        this.asked = null;
        this.controller = null;
        this.options.onChange();
      }
    }
  }
}

function covers(set: CellSet, visible: Box): boolean {
  return containsBox(set.box, visible) && (set.complete || !tooWide(set.box, visible));
}

/** A thinned answer for a much larger box shows too few cells here: ask again closer. */
function tooWide(box: Box, visible: Box): boolean {
  return box.width * box.height > 4 * visible.width * visible.height;
}
