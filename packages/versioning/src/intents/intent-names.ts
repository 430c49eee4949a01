import type { Random } from './random.ts';

/** Short, friendly, and hard to take for one another. */
const HOW =
  'amber blue brave bright brisk busy calm clear clever cosy crisp dark deep early easy fair fast fine fond free fresh gentle glad gold grand green happy humble jolly keen kind large late light lively lucky mellow mild neat new nimble noble odd old open plain polite proud quick quiet rapid rare red rich ripe round rustic shiny short silent silver small smooth soft solid spicy steady strong sunny sweet swift tall tidy tiny true warm wide wild wise young'.split(
    ' ',
  );
const WHO =
  'ants apples badgers bats bears beavers bees bells birds boats books boots bridges brooks cats clouds coats crabs crows cups deer doves drums ducks eagles elms ferns fields finches fires foxes frogs gates geese goats hares hawks hens herons hills horses jays keys kites lakes lamps larks leaves lemons lions maps mice moles moons moths mules nests oaks otters owls pans parrots peaches pears pens pines plums ponds pots rabbits rams ravens rivers roads robins roses seals shells ships shoes snails sparrows spoons squirrels stars stones storks suns swans tables tigers toads trains trees trout turtles whales windows wolves wrens'.split(
    ' ',
  );
const WHAT =
  'agree arrive ask bake begin blink bow build call care cheer clap climb cook count cross dance dig dive draw dream drift drum eat fetch fish float fly glide glow grin grow guess hear help hide hike hop hum hunt hurry join jump knit knock laugh lead learn leap lift listen march meet melt mend move nod paint pass pause play point pull push race rest ride ring rise roam run rush sail search shine sing sit skate ski sleep smile sneeze spin stand stay swim swing talk teach think travel turn visit wait wake walk wander watch wave whisper whistle win wink work write yawn'.split(
    ' ',
  );

/** `brave-owls-sing`: one of about a million. */
export function intentName(random: Random): string {
  return [HOW, WHO, WHAT].map((words) => words[Math.floor(random() * words.length)] ?? words[0]).join('-');
}
