import type { Style } from "ol/layer/WebGLTile.js";
import { LOG_EXPONENT, type ShaderVariables } from "./stain";

/**
 * `displayedColour` of stain.ts in OpenLayers' style language (GLSL in the end). Everything that changes is a style
 * variable, so a change of stain, brightness, contrast or gamma redraws the textures that are already there.
 */
type Expression = unknown[];

const variable = (name: keyof ShaderVariables): Expression => ["var", name];

function opticalDensity(band: number, i0: Expression): Expression {
  const power: Expression = ["^", ["/", ["clamp", ["band", band], 1 / 255, 1], i0], LOG_EXPONENT];
  return ["*", -1 / (2 * LOG_EXPONENT * Math.LN10), ["-", power, ["/", 1, power]]];
}

const AMOUNT: Expression = [
  "clamp",
  [
    "+",
    ["*", opticalDensity(1, variable("i0r")), variable("vr")],
    ["*", opticalDensity(2, variable("i0g")), variable("vg")],
    ["*", opticalDensity(3, variable("i0b")), variable("vb")],
  ],
  0,
  100,
];

function channel(row: Expression): Expression {
  return ["^", 10, ["*", -1, AMOUNT, row]];
}

/**
 * How much the shader has to do. A slide as scanned is drawn without any arithmetic, pixel for pixel; without a
 * graphics card that is several times as fast.
 */
export type ShaderKind = "as-scanned" | "adjusted" | "separated";

export function shaderKind({ separate, brightness, contrast, gamma }: ShaderVariables): ShaderKind {
  if (separate === 1) return "separated";
  return brightness === 0 && contrast === 0 && gamma === 1 ? "as-scanned" : "adjusted";
}

export function tileStyle(variables: ShaderVariables): Style {
  const kind = shaderKind(variables);
  if (kind === "as-scanned") return {};
  return {
    variables: { ...variables },
    ...(kind === "separated"
      ? { color: ["array", channel(variable("mr")), channel(variable("mg")), channel(variable("mb")), ["band", 4]] }
      : {}),
    contrast: variable("contrast"),
    gamma: variable("gamma"),
    brightness: variable("brightness"),
  };
}
