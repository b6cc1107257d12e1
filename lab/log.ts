/** Takes a line for whoever runs the lab. */
export type Log = (line: string) => void;
