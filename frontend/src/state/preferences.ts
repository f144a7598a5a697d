/** What this person set on this computer. Kept in localStorage where the browser allows it, and checked when read. */

import { createStore, type Store } from "./store";

export interface Preferences {
  /** The viewer page is dark until somebody says otherwise; other pages follow the theme. */
  viewerTheme: "dark" | "follow";
  filmstripOpen: boolean;
  panelOpen: boolean;
  tourSeen: boolean;
  slidesAs: "grid" | "table";
}

export const DEFAULT_PREFERENCES: Preferences = {
  viewerTheme: "dark",
  filmstripOpen: true,
  panelOpen: true,
  tourSeen: false,
  slidesAs: "grid",
};

const KEY = "duoscope.preferences";

/** Takes from `raw` what is a known preference of the right kind; everything else stays at its default. */
export function readPreferences(raw: string | null): Preferences {
  if (!raw) return DEFAULT_PREFERENCES;
  let stored: unknown;
  try {
    stored = JSON.parse(raw);
  } catch {
    return DEFAULT_PREFERENCES;
  }
  if (typeof stored !== "object" || stored === null) return DEFAULT_PREFERENCES;
  const from = stored as Record<string, unknown>;
  const flag = (name: "filmstripOpen" | "panelOpen" | "tourSeen"): boolean =>
    typeof from[name] === "boolean" ? from[name] : DEFAULT_PREFERENCES[name];
  return {
    viewerTheme: from.viewerTheme === "follow" ? "follow" : "dark",
    slidesAs: from.slidesAs === "table" ? "table" : "grid",
    filmstripOpen: flag("filmstripOpen"),
    panelOpen: flag("panelOpen"),
    tourSeen: flag("tourSeen"),
  };
}

/** Storage that never throws: a full or forbidden localStorage costs the memory of a preference, not the page. */
export function createPreferences(storage: () => Storage): Store<Preferences> {
  let raw: string | null = null;
  try {
    raw = storage().getItem(KEY);
  } catch {
    raw = null;
  }
  const store = createStore(readPreferences(raw));
  store.subscribe(() => {
    try {
      storage().setItem(KEY, JSON.stringify(store.get()));
    } catch {
      // Private windows and full disks: the choice holds until the page is closed.
    }
  });
  return store;
}

export const preferences = createPreferences(() => window.localStorage);
