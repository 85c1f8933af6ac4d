/**
 * Damaged DER for property tests: elements swapped, doubled, deleted, re-tagged, with other contents, under
 * lengths that are right again, so that the damage reaches the code behind the first check; and plain flipped,
 * missing and added octets.
 *
 * @module
 */
import fc from "fast-check";
import { AppError } from "../errors.ts";
import { type Bytes, concatBytes } from "./bytes.ts";
import { encodeElement } from "./der_writer.ts";

interface Node {
  tag: number;
  /** Octets before the children: the count of unused bits of a BIT STRING. */
  prefix: Bytes;
  contents: Bytes;
  children: Node[] | undefined;
}

/** One random change. */
export interface Mutation {
  readonly kind:
    | "swap"
    | "double"
    | "delete"
    | "retag"
    | "contents"
    | "graft"
    | "flip"
    | "truncate"
    | "insert";
  readonly where: number;
  readonly other: number;
  readonly octets: Uint8Array;
}

const KINDS: Mutation["kind"][] = [
  "swap",
  "double",
  "delete",
  "retag",
  "contents",
  "graft",
  "flip",
  "truncate",
  "insert",
];

const TAGS = [
  1,
  2,
  3,
  4,
  5,
  6,
  10,
  12,
  19,
  22,
  23,
  24,
  30,
  48,
  49,
  128,
  130,
  134,
  160,
  161,
  162,
  163,
  0x24,
  0,
];

/** Up to three changes in a row. */
export function mutations(): fc.Arbitrary<Mutation[]> {
  const mutation = fc.record({
    kind: fc.constantFrom(...KINDS),
    where: fc.nat(),
    other: fc.nat(),
    octets: fc.uint8Array({ maxLength: 40 }),
  });
  return fc.array(mutation, { minLength: 1, maxLength: 3 });
}

/** Applies changes to one element. The input stays as it is. */
export function mutate(der: Bytes, changes: readonly Mutation[]): Bytes {
  let bytes = der.slice();
  for (const change of changes) bytes = applyMutation(bytes, change);
  return bytes;
}

/**
 * Runs what may refuse its input.
 *
 * @returns Its result, or `undefined` if it threw an {@link AppError}. Every other error goes on: a fault.
 */
export async function refuseOr<T>(action: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

function applyMutation(bytes: Bytes, { kind, where, other, octets }: Mutation): Bytes {
  if (bytes.length === 0) return Uint8Array.from(octets);
  if (kind === "flip") {
    const flipped = bytes.slice();
    flipped[where % bytes.length]! ^= 1 << (other % 8);
    return flipped;
  }
  if (kind === "truncate") return bytes.slice(0, where % bytes.length);
  if (kind === "insert") {
    const at = where % (bytes.length + 1);
    return concatBytes([bytes.subarray(0, at), octets, bytes.subarray(at)]);
  }
  const root = parse(bytes);
  if (!root) return bytes;
  const slots = collect(root);
  if (slots.length === 0) return bytes;
  const { siblings, index } = slots[where % slots.length]!;
  const node = siblings[index]!;
  const target = slots[other % slots.length]!;
  switch (kind) {
    case "swap": {
      const neighbour = other % siblings.length;
      [siblings[index], siblings[neighbour]] = [siblings[neighbour]!, siblings[index]!];
      break;
    }
    case "double":
      siblings.splice(index, 0, node);
      break;
    case "delete":
      siblings.splice(index, 1);
      break;
    case "retag":
      node.tag = TAGS[other % TAGS.length]!;
      break;
    case "contents":
      node.contents = Uint8Array.from(octets);
      node.children = undefined;
      break;
    case "graft":
      siblings[index] = parse(encode(target.siblings[target.index]!))!;
      break;
  }
  return encode(root);
}

/** Reads one element that fills the bytes, looking also into octet and bit strings that hold elements. */
function parse(bytes: Bytes): Node | undefined {
  const nodes = parseList(bytes);
  return nodes?.length === 1 ? nodes[0] : undefined;
}

function parseList(bytes: Bytes): Node[] | undefined {
  const nodes: Node[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = bytes[at]!;
    if ((tag & 0x1f) === 0x1f || at + 2 > bytes.length) return undefined;
    let length = bytes[at + 1]!;
    at += 2;
    if (length >= 0x80) {
      const count = length & 0x7f;
      if (count === 0 || count > 3) return undefined;
      length = 0;
      for (let i = 0; i < count; i++) length = length * 256 + (bytes[at++] ?? 0);
    }
    if (at + length > bytes.length) return undefined;
    const contents = bytes.subarray(at, at + length);
    at += length;
    nodes.push(nodeOf(tag, contents));
  }
  return nodes;
}

function nodeOf(tag: number, contents: Bytes): Node {
  const prefixLength = tag === 3 && contents[0] === 0 ? 1 : 0;
  const inner = contents.subarray(prefixLength);
  const mayHold = tag & 0x20 || (tag === 4 || tag === 3) && inner[0] === 0x30;
  const children = mayHold ? parseList(inner) : undefined;
  return { tag, prefix: contents.subarray(0, prefixLength), contents, children };
}

function encode(node: Node): Bytes {
  if (!node.children) return encodeElement(node.tag, [node.contents]);
  return encodeElement(node.tag, [node.prefix, ...node.children.map(encode)]);
}

function collect(node: Node): { siblings: Node[]; index: number }[] {
  if (!node.children) return [];
  const siblings = node.children;
  return siblings.flatMap((child, index) => [{ siblings, index }, ...collect(child)]);
}
