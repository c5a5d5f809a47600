// Fails when it is loaded, in a way that a second attempt on the same thread would not get over.
const { LUCKY: lucky } = process.env;
if (lucky === undefined) throw new Error('no luck today');
