import { boxCorners, boxOfPoints, type Box, type Point, type Size } from "./points";

/**
 * An affine map `x' = a·x + c·y + e`, `y' = b·x + d·y + f`: the argument order of
 * CanvasRenderingContext2D.setTransform.
 */
export interface Affine {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly f: number;
}

/** How a slide is looked at. */
export interface View {
  /** What lies in the middle of the viewport, level-0 px. */
  readonly centre: Point;
  /** Level-0 px per CSS px of screen; 1 = every slide pixel on one screen pixel, smaller = closer. */
  readonly resolution: number;
  /** Turn of the picture on the screen, degrees clockwise. */
  readonly rotationDeg: number;
  /** Mirrored left–right on the screen (after the rotation). */
  readonly flipped: boolean;
}

export const IDENTITY: Affine = { a: 1, b: 0, c: 0, d: 1, e: 0, f: 0 };

export function apply(t: Affine, p: Point): Point {
  return { x: t.a * p.x + t.c * p.y + t.e, y: t.b * p.x + t.d * p.y + t.f };
}

/** `compose(outer, inner)` maps like outer(inner(point)). */
export function compose(outer: Affine, inner: Affine): Affine {
  return {
    a: outer.a * inner.a + outer.c * inner.b,
    b: outer.b * inner.a + outer.d * inner.b,
    c: outer.a * inner.c + outer.c * inner.d,
    d: outer.b * inner.c + outer.d * inner.d,
    e: outer.a * inner.e + outer.c * inner.f + outer.e,
    f: outer.b * inner.e + outer.d * inner.f + outer.f,
  };
}

/** The inverse map. Throws a RangeError where there is none (no area). */
export function invert(t: Affine): Affine {
  const determinant = t.a * t.d - t.b * t.c;
  if (!Number.isFinite(determinant) || determinant === 0) {
    throw new RangeError(`this transform cannot be inverted: determinant ${determinant}`);
  }
  return {
    a: t.d / determinant,
    b: -t.b / determinant,
    c: -t.c / determinant,
    d: t.a / determinant,
    e: (t.c * t.f - t.d * t.e) / determinant,
    f: (t.b * t.e - t.a * t.f) / determinant,
  };
}

/** Slide frame (level-0 px) → screen frame (CSS px) of a viewport of `size`. */
export function viewTransform(view: View, size: Size): Affine {
  const angle = (view.rotationDeg * Math.PI) / 180;
  const scale = 1 / view.resolution;
  const cos = Math.cos(angle) * scale;
  const sin = Math.sin(angle) * scale;
  const mirror = view.flipped ? -1 : 1;
  // y points down in both frames, so a positive angle here turns clockwise on the screen.
  const a = mirror * cos;
  const b = sin;
  const c = mirror * -sin;
  const d = cos;
  const { x, y } = view.centre;
  return { a, b, c, d, e: size.width / 2 - (a * x + c * y), f: size.height / 2 - (b * x + d * y) };
}

/** The slide-frame box around everything visible (larger than the viewport when it is rotated). */
export function visibleBox(view: View, size: Size): Box {
  const toSlide = invert(viewTransform(view, size));
  const corners = boxCorners({ x: 0, y: 0, width: size.width, height: size.height });
  return boxOfPoints(corners.map((corner) => apply(toSlide, corner)));
}

/** The view that shows all of `box`, centred, at the given rotation. `margin` is a share of the viewport. */
export function fitView(box: Box, size: Size, rotationDeg: number, flipped: boolean, margin = 0.02): View {
  const angle = (rotationDeg * Math.PI) / 180;
  const cos = Math.abs(Math.cos(angle));
  const sin = Math.abs(Math.sin(angle));
  const width = box.width * cos + box.height * sin;
  const height = box.width * sin + box.height * cos;
  const room = 1 - 2 * margin;
  const resolution = Math.max(
    width / Math.max(1, size.width * room),
    height / Math.max(1, size.height * room),
    Number.EPSILON,
  );
  return { centre: { x: box.x + box.width / 2, y: box.y + box.height / 2 }, resolution, rotationDeg, flipped };
}

/** Any angle as degrees in [0, 360). */
export function normaliseDegrees(degrees: number): number {
  const turned = degrees % 360;
  return turned < 0 ? turned + 360 : turned + 0;
}
