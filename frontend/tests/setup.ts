import { cleanup, configure } from "@testing-library/react";
import { afterEach, vi } from "vitest";

// Two cores shared with other work: waiting longer costs nothing where nothing is wrong.
configure({ asyncUtilTimeout: 8000 });

afterEach(() => {
  cleanup();
  window.localStorage.clear();
});

// What jsdom has not and Mantine asks for.
Object.defineProperty(window, "matchMedia", {
  value: (query: string) => ({
    matches: false,
    media: query,
    addEventListener: () => {},
    removeEventListener: () => {},
    addListener: () => {},
    removeListener: () => {},
    onchange: null,
    dispatchEvent: () => false,
  }),
});
globalThis.ResizeObserver ??= class {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
};
Element.prototype.scrollIntoView ??= () => {};
window.HTMLElement.prototype.scrollTo ??= () => {};
vi.stubGlobal("scrollTo", () => {});
// Growing text fields measure again when fonts have loaded.
if (!("fonts" in document)) Object.defineProperty(document, "fonts", { value: new EventTarget() });
