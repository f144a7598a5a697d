import type { ReadingDetails } from "../../api/reading-types";

/** What the panel asks of the page around it. */
export interface ReadingDesk {
  /** Highest magnification used, and how long the specimen has been open. */
  details: () => Pick<ReadingDetails, "magnification" | "seconds_open">;
  /** The keyboard back to the tissue. */
  leave: () => void;
  next: (() => void) | null;
  previous: (() => void) | null;
  /** Gets the next specimen ready while the confirmation stands. */
  prepareNext: () => void;
  /** The signature is confirmed: go on. */
  onSigned: () => void;
  /** In the grid of a slide, an arrow typed in a percentage. */
  arrow?: (key: string) => boolean;
  showReference: () => void;
  fit: () => void;
}
