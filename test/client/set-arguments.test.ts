import { readSetArguments } from '../../client/set-arguments';

test('keys and values are told apart by the first equals sign', () => {
  expect(readSetArguments(['copyDeadline=48h', 'disk.0.vars.QUERY=a=b'])).toEqual({
    changes: { copyDeadline: '48h', 'disk.0.vars.QUERY': 'a=b' },
  });
});

test('every problem is said at once', () => {
  expect(
    readSetArguments(['copyDeadline', 'copyAttempts=3', 'copyAttempts=4', 'conversion=run', 'colour=red']),
  ).toEqual({
    problems: [
      '"copyDeadline" sets nothing; write it as copyDeadline=48h',
      'copyAttempts is given twice; give it once',
      expect.stringMatching(/^conversion: is "run"; give /),
      expect.stringMatching(/^colour: it is no key; /),
    ],
  });
});
