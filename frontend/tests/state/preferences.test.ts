import { describe, expect, it, vi } from "vitest";
import { createPreferences, DEFAULT_PREFERENCES, readPreferences } from "../../src/state/preferences";
import { createStore } from "../../src/state/store";

describe("stored preferences", () => {
  it.each([null, "", "not json", "3", "null", "[]"])("%j gives the defaults", (raw) => expect(readPreferences(raw)).toEqual(DEFAULT_PREFERENCES));

  it("keep what is known and right, and drop the rest", () => {
    const raw = JSON.stringify({ viewerTheme: "follow", panelOpen: "yes", filmstripOpen: false, evil: 1 });
    expect(readPreferences(raw)).toEqual({ ...DEFAULT_PREFERENCES, viewerTheme: "follow", filmstripOpen: false });
  });

  it("survive a reload", () => {
    createPreferences(() => window.localStorage).set({ tourSeen: true });
    expect(createPreferences(() => window.localStorage).get().tourSeen).toBe(true);
  });

  it("hold for the page where nothing can be stored", () => {
    const forbidden = (): Storage => {
      throw new DOMException("denied", "SecurityError");
    };
    const store = createPreferences(forbidden);
    store.set({ panelOpen: false });
    expect(store.get().panelOpen).toBe(false);
  });
});

describe("the store", () => {
  it("tells its listeners of a change, and not of none", () => {
    const store = createStore({ a: 1, b: 2 });
    const listener = vi.fn();
    const stop = store.subscribe(listener);
    store.set({ a: 3 });
    store.set((now) => now);
    expect(listener).toHaveBeenCalledTimes(1);
    stop();
    store.set({ a: 4 });
    expect(listener).toHaveBeenCalledTimes(1);
    expect(store.get()).toEqual({ a: 4, b: 2 });
  });
});
