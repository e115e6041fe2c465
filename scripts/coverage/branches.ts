import { parseSource, type SyntaxNode } from "./syntax.ts";

/** Where a contract goes one way or the other: an expression that is true or false, or a block of `try` or `catch`. */
export interface Place {
  readonly kind: "condition" | "clause";
  /** In bytes. Of a clause: behind its opening brace. */
  readonly start: number;
  readonly end: number;
}

const DECIDING = ["IfStatement", "WhileStatement", "DoWhileStatement", "ForStatement"];

/**
 * Where `source` branches, in order, an outer place before one within it. Conditions are the smallest ones: of
 * `a && !b` they are `a` and `b`, wherever such an expression stands; otherwise what `if`, loops, `?:`, `require` and
 * `assert` decide by. Assembly is not looked into.
 * @throws Error if it is no Solidity.
 */
export function findBranches(source: string): readonly Place[] {
  const places: Place[] = [];
  visit(parseSource(source), (node) => {
    if (node.nodeType === "TryStatement") {
      for (const clause of node.children("clauses")) {
        for (const block of clause.children("block")) {
          places.push({ kind: "clause", start: block.start + 1, end: block.start + 1 });
        }
      }
    }
    for (const { start, end } of decisionsOf(node).filter((decided) => !isLogical(decided))) {
      places.push({ kind: "condition", start, end });
    }
  });
  return places.sort((left, right) => left.start - right.start || right.end - left.end);
}

function visit(node: SyntaxNode, look: (node: SyntaxNode) => void): void {
  look(node);
  for (const child of node.children()) visit(child, look);
}

/** What `node` decides by. */
function decisionsOf(node: SyntaxNode): readonly SyntaxNode[] {
  if (isLogical(node)) {
    return [...node.children("leftExpression"), ...node.children("rightExpression")].map(bare);
  }
  if (DECIDING.includes(node.nodeType)) return node.children("condition").map(bare);
  if (node.nodeType === "Conditional") return node.children("condition").map(bare);
  if (node.nodeType === "FunctionCall" && isCheck(node)) {
    return node.children("arguments").slice(0, 1).map(bare);
  }
  return [];
}

const isLogical = (node: SyntaxNode): boolean =>
  node.nodeType === "BinaryOperation" && ["&&", "||"].includes(node.text("operator"));

const isCheck = (call: SyntaxNode): boolean =>
  call
    .children("expression")
    .some(
      (called) =>
        called.nodeType === "Identifier" && ["require", "assert"].includes(called.text("name")),
    );

/** Without the parentheses and negations around it. */
function bare(node: SyntaxNode): SyntaxNode {
  const [inner] =
    node.nodeType === "TupleExpression"
      ? node.children("components")
      : node.nodeType === "UnaryOperation" && node.text("operator") === "!"
        ? node.children("subExpression")
        : [];
  return inner === undefined ? node : bare(inner);
}
