/** Every command and every option that `drover` declares, as yargs knows them. */
import yargs, { type Argv, type CommandModule } from 'yargs';
import { COMMANDS } from '../../client/cli';
import { type DeclaredOption, readDeclared } from '../../client/strict-arguments';

export interface DeclaredCommand {
  /** `['plan', 'check']`. */
  words: string[];
  options: DeclaredOption[];
}

type Introspected = Parameters<typeof readDeclared>[0];

/** Declares commands as the product does, and runs none of them. */
export async function everyCommand(): Promise<DeclaredCommand[]> {
  const commands = COMMANDS.map((make) => make(() => () => Promise.resolve()));
  return (await Promise.all(commands.map((command) => declared(command, [])))).flat();
}

async function declared(command: CommandModule, above: string[]): Promise<DeclaredCommand[]> {
  const words = [...above, String(command.command).split(' ')[0] ?? ''];
  const parser = yargs();
  const nested: CommandModule[] = [];
  const addCommand = parser.command.bind(parser) as (module: CommandModule) => Argv;
  parser.command = ((module: CommandModule) => {
    nested.push(module);
    return addCommand(module);
  }) as typeof parser.command;
  if (typeof command.builder === 'function') await command.builder(parser);
  const children = await Promise.all(nested.map((child) => declared(child, words)));
  const options = readDeclared(parser as unknown as Introspected);
  if (children.length === 0) return [{ words, options }];
  // What a group of commands declares holds for each of them.
  return children.flat().map((child) => ({ ...child, options: [...options, ...child.options] }));
}
