import type { Display } from "./viewer";

/**
 * Brightness, contrast and gamma without WebGL: an SVG filter with the shader's own formula, step by step
 * (contrast, gamma, brightness).
 */
const SVG = "http://www.w3.org/2000/svg";
let filters = 0;

export class AdjustmentFilter {
  private readonly id = `duoscope-adjust-${++filters}`;
  private readonly svg: SVGSVGElement;
  private readonly filter: SVGFilterElement;
  private neutral = true;

  constructor(parent: HTMLElement) {
    this.svg = document.createElementNS(SVG, "svg");
    this.svg.setAttribute("width", "0");
    this.svg.setAttribute("height", "0");
    this.svg.setAttribute("aria-hidden", "true");
    this.svg.style.position = "absolute";
    this.filter = document.createElementNS(SVG, "filter");
    this.filter.id = this.id;
    this.filter.setAttribute("color-interpolation-filters", "sRGB");
    this.svg.append(this.filter);
    parent.append(this.svg);
  }

  set({ brightness, contrast, gamma }: Display): void {
    this.neutral = brightness === 0 && contrast === 0 && gamma === 1;
    this.filter.replaceChildren(
      transfer({ type: "linear", slope: 1 + contrast, intercept: -contrast / 2 }),
      transfer({ type: "gamma", exponent: 1 / gamma, amplitude: 1, offset: 0 }),
      transfer({ type: "linear", slope: 1, intercept: brightness }),
    );
  }

  /** For the `filter` property of the tissue's element. */
  css(): string {
    return this.neutral ? "" : `url(#${this.id})`;
  }

  remove(): void {
    this.svg.remove();
  }
}

function transfer(attributes: Record<string, string | number>): SVGElement {
  const step = document.createElementNS(SVG, "feComponentTransfer");
  for (const name of ["feFuncR", "feFuncG", "feFuncB"]) {
    const channel = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) channel.setAttribute(key, String(value));
    step.append(channel);
  }
  return step;
}
