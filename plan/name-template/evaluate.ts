/** What a template makes of its variables. It ends: there is no loop, and every text has a bound. */
import { FUNCTIONS } from './functions';
import type { Command, Node, Operand, Pipe } from './parse';
import { bounded, isTrue, printed, type Value } from './value';

/** By name, without the dot. */
export type Variables = Readonly<Record<string, Value>>;

/** @throws TemplateError */
export function evaluate(nodes: readonly Node[], variables: Variables): string {
  const text = nodes.map((node) => {
    switch (node.kind) {
      case 'text':
        return node.text;
      case 'value':
        return printed(valueOf(node.pipe, variables));
      case 'if':
        return evaluate(isTrue(valueOf(node.condition, variables)) ? node.then : node.otherwise, variables);
    }
  });
  return bounded(text.join('')) as string;
}

function valueOf(pipe: Pipe, variables: Variables): Value {
  let value: Value | undefined;
  for (const command of pipe) value = run(command, value, variables);
  return value!;
}

function run(command: Command, piped: Value | undefined, variables: Variables): Value {
  if (command.kind === 'value') return operandValue(command.operand, variables);
  const given = command.operands.map((operand) => operandValue(operand, variables));
  return bounded(FUNCTIONS[command.name]!.call(...given, ...(piped === undefined ? [] : [piped])));
}

function operandValue(operand: Operand, variables: Variables): Value {
  switch (operand.kind) {
    case 'constant':
      return operand.value;
    case 'field':
      return variables[operand.name]!;
    case 'pipe':
      return valueOf(operand.pipe, variables);
  }
}
