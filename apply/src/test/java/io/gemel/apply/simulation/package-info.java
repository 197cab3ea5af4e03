/**
 * A seeded, single-threaded simulation of two sites that drives the real core: stamps come from {@code LogStamper}, what
 * counts from {@code LogCursor}, conflicts and outcomes from {@code InFlightWindow} and {@code WindowTransaction}. Simulated is only
 * what lies outside of the core: the databases with their row locks and logs, the published logs, clocks, crashes, takeovers,
 * and the applier, which judges attempts at one submission and collisions on a unique column as the real one does.
 *
 * <p><b>How to read it.</b> A {@code Schedule} is a list of {@code Step}s, each a small act of one site: a local transaction, one
 * record read or published by capture, one act of the applier (open a group, one row, commit), a crash. {@code World} performs
 * them on two {@code SimulatedSite}s, drains both logs and asks {@code Oracle} whether every promise held. The oracle has a fold
 * of its own and never asks the core. A failing schedule is shrunk and printed as a {@code Trace}.
 *
 * <p><b>How to run it.</b> {@code mvn test -pl apply -am} runs every campaign shortly, {@code -Pfaults} ten million steps of
 * them. {@code -Dgemel.test.simulation.steps=50000000} sets their sum, {@code -Dgemel.test.simulation.length=400} the length of a
 * schedule, {@code -Dgemel.test.simulation.seed=17} runs one seed only, as a failure names it.
 * {@code CampaignTest} looks for violations and must find none; {@code PlantedFaultTest} plants one wrong rule after another into
 * the simulated surroundings and must find a violation of each, so that a checker gone blind is noticed; {@code ExhaustiveTest}
 * tries every order of small histories.
 */
@NullMarked
package io.gemel.apply.simulation;

import org.jspecify.annotations.NullMarked;
