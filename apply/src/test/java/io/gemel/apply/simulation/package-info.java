/**
 * A seeded simulation of two sites that drives what ships: stamps come from {@code LogStamper}, what counts in a log from {@code LogCursor},
 * conflicts and outcomes from {@code InFlightWindow}, and everything else that the applier does from {@code BatchApplier}, with all that it
 * uses down to {@code TargetDatabase}. Simulated is what lies around them: the databases with their locks, unique and foreign keys and
 * logs, capture's loop, the published logs and their reader, clocks, waits, crashes and takeovers.
 *
 * <p><b>How to read it.</b> A {@code Schedule} is a list of {@code Step}s, each a small act of one site: a local transaction, one record
 * read or published by capture, one statement of the applier, a crash. {@code World} performs them on two {@code SimulatedSite}s, drains
 * both logs and asks {@code Oracle} whether every promise held. Each applier has a thread of its own, which runs only while it has the
 * {@code Turn}: it gives it back before each statement, while it waits for capture and before it looks for more in the peer's log. So one
 * thread runs at a time, and only the seed says which. The oracle has a fold of its own and never asks the core. A failing schedule is
 * shrunk and printed as a {@code Trace}.
 *
 * <p><b>How to run it.</b> {@code mvn test -pl apply -am} runs every campaign shortly, {@code -Pfaults} ten million steps of them. {@code
 * -Dgemel.test.simulation.steps=50000000} sets their sum, {@code -Dgemel.test.simulation.length=400} the length of a schedule, {@code
 * -Dgemel.test.simulation.seed=17} runs one seed only, as a failure names it. {@code CampaignTest} looks for violations and must find none;
 * {@code PlantedFaultTest} plants one wrong {@code Fault} after another, into the simulated surroundings or, as a {@code Patch} of their
 * source, into a {@code Mutant} of the shipped classes, and must find a violation of each, so that a checker gone blind is noticed;
 * {@code ExhaustiveTest} tries every order of small histories.
 */
@NullMarked
package io.gemel.apply.simulation;

import org.jspecify.annotations.NullMarked;
