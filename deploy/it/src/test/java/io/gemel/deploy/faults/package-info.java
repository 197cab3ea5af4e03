/**
 * Two sites under load and fault: what is injected, what is collected, and the checkers that judge it.
 *
 * <p>{@code FaultsIT} breaks one pair of sites in every way below, one after the other in random order, and judges it at the end by
 * {@code Checkers}; {@code BrokersIT} does so where a log has three copies; {@code CheckersIT} proves each checker by spoiling what
 * it judges; {@code UnrecoverableIT} loses for good what replication cannot do without. {@code mvn verify} tries one fault of each
 * row, drawn by chance, {@code mvn verify -Pfaults} 59. Each prints its seed; {@code -Dgemel.test.seed=N} repeats it,
 * {@code -Dgemel.test.faults=REGEX} chooses faults, {@code -Dgemel.test.fault.trials=N} says how often, and
 * {@code -Dgemel.test.fault.partition=SECONDS} adds one long partition for each pair of sites, which only {@code -Pfaults} has.
 *
 * <table>
 * <caption>The fault matrix: each row, and what proves it</caption>
 * <tr><th>row</th><th>fault</th><th>tests</th></tr>
 * <tr><td>1</td><td>applying process killed</td><td>FaultsIT, KilledProcessesIT</td></tr>
 * <tr><td>2</td><td>capturing process killed during a transaction of many rows</td><td>FaultsIT, CaptureRestartIT</td></tr>
 * <tr><td>3</td><td>capturing process killed among interleaved transactions and savepoints</td><td>FaultsIT, CaptureRestartIT</td></tr>
 * <tr><td>4</td><td>conflicting writes during a partition</td><td>FaultsIT, PoliciesIT</td></tr>
 * <tr><td>5</td><td>links broken or silent, either direction; for 120 s</td><td>FaultsIT, the long one with -Pfaults only</td></tr>
 * <tr><td>6</td><td>VM killed after its commit, before its answer</td><td>MomentsIT, DeathsIT of io.gemel.deploy.router</td></tr>
 * <tr><td>7</td><td>VM frozen, its work done elsewhere, thawed to commit too late; lost site's unseen commits</td><td>MomentsIT, DeathsIT</td></tr>
 * <tr><td>8</td><td>router killed at each phase; one key posted 50 times at once</td><td>MomentsIT</td></tr>
 * <tr><td>9</td><td>database server or one of its sessions killed</td><td>FaultsIT, KilledProcessesIT</td></tr>
 * <tr><td>10</td><td>local writes that look like applied ones</td><td>FaultsIT; markers removed: UnrecoverableIT</td></tr>
 * <tr><td>11</td><td>broker killed, alone or of three: leader, controller</td><td>FaultsIT, KilledProcessesIT;
 * BrokersIT</td></tr>
 * <tr><td>12</td><td>process frozen</td><td>FaultsIT, TakeOverIT</td></tr>
 * <tr><td>13</td><td>clock wrong or stepping back</td><td>ClocksIT</td></tr>
 * <tr><td>14</td><td>many writers at once; equal timestamps</td><td>FaultsIT; ClocksIT</td></tr>
 * <tr><td>15</td><td>slot dropped, made again, given up by the server; database restored from an older copy</td>
 * <td>UnrecoverableIT, CaptureSlotIT</td></tr>
 * <tr><td>16</td><td>checkpoints in a loop with restarts</td><td>FaultsIT, KilledProcessesIT</td></tr>
 * <tr><td>17</td><td>topic expired, made again, with another partition</td><td>UnrecoverableIT</td></tr>
 * <tr><td>18</td><td>progress lost or one generation old</td><td>UnrecoverableIT</td></tr>
 * <tr><td>19</td><td>disk of a database or of the broker full</td><td>FaultsIT, as root</td></tr>
 * <tr><td>20</td><td>unique values claimed, given back, swapped at both sites</td><td>FaultsIT, UniqueKeysIT</td></tr>
 * <tr><td>21</td><td>parents deleted while children come; keys to the same table, deferred, in circles</td><td>FaultsIT, OrphansIT;
 * as a part of the load: FaultsIT, BrokersIT, CheckersIT</td></tr>
 * <tr><td>22</td><td>locks, deadlocks, statement timeouts</td><td>FaultsIT</td></tr>
 * <tr><td>23</td><td>a row that the peer's constraint refuses</td><td>FaultsIT, ParkedCommandIT</td></tr>
 * <tr><td>24</td><td>increments at both sites through retries; past a column's range, below a floor; of NULL</td>
 * <td>FaultsIT, PoliciesIT; FaultsIT, ScenariosIT; ScenariosIT</td></tr>
 * <tr><td>25</td><td>peer away for long</td><td>BacklogIT, FullWindowIT</td></tr>
 * <tr><td>26</td><td>very large transactions and values</td><td>LargeTransactionIT, LosslessTypesIT</td></tr>
 * <tr><td>31</td><td>repeated, reordered, foreign records in a topic</td><td>FaultsIT; foreign: MendedIT</td></tr>
 * <tr><td>32</td><td>two processes for one site</td><td>FaultsIT, TakeOverIT</td></tr>
 * <tr><td>34</td><td>slow, uneven and half-open links</td><td>FaultsIT</td></tr>
 * </table>
 */
@NullMarked
package io.gemel.deploy.faults;

import org.jspecify.annotations.NullMarked;
