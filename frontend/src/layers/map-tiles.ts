import type { MapTile } from "../geometry/map-grid";

/** Brings the PNG of a tile. */
export type MapSource = (column: number, row: number, signal: AbortSignal) => Promise<Blob>;

export interface MapTilesOptions<Picture> {
  readonly source: MapSource;
  /** Makes what is drawn of a stored tile. */
  readonly paint: (stored: Blob) => Promise<Picture>;
  readonly onChange: () => void;
  readonly atOnce?: number;
  readonly picturesKept?: number;
}

const AT_ONCE = 4;
const PICTURES_KEPT = 24;
const BLOBS_KEPT = 96;

/**
 * Fetches what is in view and nothing else: a few at a time, what has left the view is given up. The small stored files
 * are kept longer than the large pictures, so that another overlay of the same place asks for nothing.
 */
export class MapTiles<Picture> {
  /** Why a tile could not be shown, as a sentence; null if none failed. */
  error: string | null = null;
  private readonly blobs = new Map<string, Blob>();
  private readonly pictures = new Map<string, Picture>();
  private readonly running = new Map<string, AbortController>();
  private readonly failed = new Set<string>();
  private wanted: readonly MapTile[] = [];
  /** Counts repaints: what was begun before the last one is dropped. */
  private era = 0;

  constructor(private readonly options: MapTilesOptions<Picture>) {}

  get loading(): boolean {
    return this.running.size > 0;
  }

  picture(key: string): Picture | null {
    return this.pictures.get(key) ?? null;
  }

  /** These tiles are in view now. */
  want(tiles: readonly MapTile[]): void {
    this.wanted = tiles;
    const keys = new Set(tiles.map((tile) => tile.key));
    for (const [key, controller] of this.running) {
      if (keys.has(key)) continue;
      controller.abort();
      this.running.delete(key);
    }
    this.goOn();
  }

  /** Another overlay: the pictures are painted anew from the files that are here. */
  repaint(): void {
    this.cancel();
    this.era += 1;
    this.pictures.clear();
  }

  /** Tries again what failed. */
  retry(): void {
    this.failed.clear();
    this.error = null;
    this.goOn();
  }

  cancel(): void {
    for (const controller of this.running.values()) controller.abort();
    this.running.clear();
    this.wanted = [];
  }

  private goOn(): void {
    for (const tile of this.wanted) {
      if (this.running.size >= (this.options.atOnce ?? AT_ONCE)) return;
      const { key } = tile;
      if (this.pictures.has(key)) touch(this.pictures, key);
      else if (!this.running.has(key) && !this.failed.has(key)) void this.bring(tile);
    }
  }

  private async bring({ key, column, row }: MapTile): Promise<void> {
    const controller = new AbortController();
    const era = this.era;
    this.running.set(key, controller);
    const isMine = (): boolean => this.running.get(key) === controller;
    try {
      const blob = this.blobs.get(key) ?? (await this.options.source(column, row, controller.signal));
      keep(this.blobs, key, blob, BLOBS_KEPT);
      const picture = await this.options.paint(blob);
      if (era === this.era && isMine()) keep(this.pictures, key, picture, this.options.picturesKept ?? PICTURES_KEPT);
    } catch (error) {
      if (controller.signal.aborted) return;
      this.failed.add(key);
      this.error = error instanceof Error ? error.message : "a tile could not be fetched";
    }
    if (!isMine()) return;
    this.running.delete(key);
    this.options.onChange();
    this.goOn();
  }
}

function touch<T>(map: Map<string, T>, key: string): void {
  const value = map.get(key);
  if (value === undefined) return;
  map.delete(key);
  map.set(key, value);
}

/** The newest last; the oldest goes when there are too many. */
function keep<T>(map: Map<string, T>, key: string, value: T, most: number): void {
  map.delete(key);
  map.set(key, value);
  const oldest = map.keys().next().value;
  if (map.size > most && oldest !== undefined) map.delete(oldest);
}
