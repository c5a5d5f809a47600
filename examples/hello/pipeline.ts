import { workflow } from 'wf-sdk';

export default workflow('hello')
  .addTask('greeting')
  .run(() => 'Hello')

  .addTask('name')
  .run(() => 'world')

  .addTask('message')
  .dependsOn('greeting', 'name')
  .run(({ greeting, name }) => `${greeting}, ${name}!`)

  .output(({ message }) => message);
