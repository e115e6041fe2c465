import type { Call } from "../graph/call.ts";
import { sizeOf, stridesOf } from "../onnx/tensor.ts";
import { axisOf, invalidInput, range, unsupportedForm } from "./movement.ts";
import type { Family } from "./operator.ts";
import { linearOperator, type LinearMap } from "./weightedSum.ts";

/** Resizing by nearest neighbour or linear interpolation: both are linear, so free. */
export const resizeFamily: Family = {
  Resize: linearOperator(resize),
  Upsample: linearOperator(resize),
};

/** The source places one place of the result mixes along one axis. */
type Mix = readonly { readonly at: number; readonly weight: number }[];

function resize(call: Call): LinearMap {
  const source = call.shape(0);
  const { sizes, scales } = sizesOf(call, source);
  // Before any list is as long as an axis.
  sizeOf(sizes);
  const mixes = source.map((size, axis) =>
    range(sizes[axis] ?? 1).map((place) =>
      mixOf(call, { place, size, target: sizes[axis] ?? 1, scale: scales[axis] ?? 1 }),
    ),
  );
  const strides = stridesOf(source);
  let places: { at: number; weight: number }[][] = [[{ at: 0, weight: 1 }]];
  mixes.forEach((along, axis) => {
    places = places.flatMap((place) =>
      along.map((mix) =>
        place.flatMap(({ at, weight }) =>
          mix.map((part) => ({
            at: at + part.at * (strides[axis] ?? 1),
            weight: weight * part.weight,
          })),
        ),
      ),
    );
  });
  return byWeights(places, sizes);
}

/** Places that mix with the same weights share one sum. */
function byWeights(
  places: readonly (readonly { readonly at: number; readonly weight: number }[])[],
  shape: readonly number[],
): LinearMap {
  const groups = new Map<string, number[]>();
  places.forEach((place, i) => {
    const key = place.map(({ weight }) => weight).join(" ");
    const group = groups.get(key) ?? [];
    group.push(i);
    groups.set(key, group);
  });
  const indices = new Int32Array(sizeOf(shape));
  let start = 0;
  const sums = [...groups.values()].map((members) => {
    const first = places[members[0] ?? 0] ?? [];
    members.forEach((place, row) => (indices[place] = start + row));
    start += members.length;
    return {
      rows: members.length,
      depth: first.length,
      columns: 1,
      elements: Int32Array.from(members.flatMap((i) => (places[i] ?? []).map(({ at }) => at))),
      weights: Float64Array.from(first, ({ weight }) => weight),
      bias: new Float64Array(1),
    };
  });
  return { source: 0, sums, shape, indices };
}

function sizesOf(call: Call, source: readonly number[]) {
  const isUpsample = call.operator === "Upsample";
  const scaleInput = isUpsample || call.opset < 11 ? 1 : 2;
  const axes = (call.attributes.ints("axes") ?? range(source.length)).map((axis) =>
    axisOf(call, axis, source.length),
  );
  const given = (values: ArrayLike<number>, rest: readonly number[]): number[] => {
    const result = [...rest];
    axes.forEach((axis, i) => (result[axis] = values[i] ?? 1));
    return result;
  };
  const ones = source.map(() => 1);
  const listed = call.attributes.floats("scales");
  if (listed !== undefined || (call.has(scaleInput) && call.shape(scaleInput)[0] !== 0)) {
    const scales = given(listed ?? call.constant(scaleInput).data, ones);
    const sizes = source.map((size, axis) => Math.floor(size * (scales[axis] ?? 1)));
    return { sizes, scales };
  }
  if (!call.has(3)) throw invalidInput(call, "neither scales nor sizes");
  const policy = call.attributes.string("keep_aspect_ratio_policy", "stretch");
  if (policy !== "stretch") {
    throw unsupportedForm(call, `keep_aspect_ratio_policy ${policy}`, "stretch");
  }
  const sizes = given(call.constant(3).data, source);
  return { sizes, scales: source.map((size, axis) => (sizes[axis] ?? 1) / size) };
}

interface Place {
  readonly place: number;
  readonly size: number;
  readonly target: number;
  readonly scale: number;
}

function mixOf(call: Call, place: Place): Mix {
  if (place.scale === 1 && place.target === place.size) return [{ at: place.place, weight: 1 }];
  const x = sourceCoordinate(call, place);
  const last = place.size - 1;
  const inside = (at: number): number => Math.min(last, Math.max(0, at));
  const mode = call.attributes.string("mode", "nearest");
  if (mode === "nearest") return [{ at: inside(nearest(call, x)), weight: 1 }];
  if (mode !== "linear") throw unsupportedForm(call, `mode ${mode}`, "nearest or linear");
  if (call.attributes.int("antialias", 0) === 1) {
    throw unsupportedForm(call, "antialias", "linear without antialias");
  }
  const from = Math.floor(x);
  const weight = x - from;
  if (inside(from) === inside(from + 1)) return [{ at: inside(from), weight: 1 }];
  return [
    { at: inside(from), weight: 1 - weight },
    { at: inside(from + 1), weight },
  ];
}

function sourceCoordinate(call: Call, { place, size, target, scale }: Place): number {
  const isOld = call.operator === "Upsample" || call.opset < 11;
  const mode = call.attributes.string(
    "coordinate_transformation_mode",
    isOld ? "asymmetric" : "half_pixel",
  );
  switch (mode) {
    case "half_pixel":
      return (place + 0.5) / scale - 0.5;
    case "pytorch_half_pixel":
      return target > 1 ? (place + 0.5) / scale - 0.5 : 0;
    case "align_corners":
      return target > 1 ? (place * (size - 1)) / (target - 1) : 0;
    case "asymmetric":
      return place / scale;
    case "half_pixel_symmetric": {
      const adjustment = target / (scale * size);
      const offset = (size / 2) * (1 - adjustment);
      return offset + (place + 0.5) / scale - 0.5;
    }
    default:
      throw unsupportedForm(call, `coordinates ${mode}`, "half_pixel, align_corners or asymmetric");
  }
}

function nearest(call: Call, x: number): number {
  const isOld = call.operator === "Upsample" || call.opset < 11;
  const mode = call.attributes.string("nearest_mode", isOld ? "floor" : "round_prefer_floor");
  switch (mode) {
    case "floor":
      return Math.floor(x);
    case "ceil":
      return Math.ceil(x);
    case "round_prefer_ceil":
      return Math.floor(x + 0.5);
    default:
      return Math.ceil(x - 0.5);
  }
}
