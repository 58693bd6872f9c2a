package io.xylem.bench;

import java.util.List;

/** Something that is measured in rounds, Xylem and its baseline in turn. */
interface Figure extends AutoCloseable {
    /** Measures both once; they change their order from round to round. */
    void round(int round) throws Exception;

    List<Comparison> comparisons();

    /** Ends what runs. */
    @Override
    void close();

    /** What makes one ready to measure; called only if it is asked for. */
    interface Start {
        Figure start(Setup setup) throws Exception;
    }
}
