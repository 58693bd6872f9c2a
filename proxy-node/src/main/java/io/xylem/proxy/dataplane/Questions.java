package io.xylem.proxy.dataplane;

import io.xylem.proxy.domain.Explained;
import io.xylem.proxy.domain.FiveTuple;
import io.xylem.proxy.domain.Translator;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;

/** Questions of other threads to the packets' thread, which alone may look at flows and policies: a few at a time. */
final class Questions {
    private static final int WAITING = 16;

    private record Question(FiveTuple packet, CompletableFuture<Explained> answer) {}

    private final Queue<Question> waiting = new ArrayBlockingQueue<>(WAITING);

    /** Any thread. */
    CompletableFuture<Explained> ask(FiveTuple packet) {
        Question question = new Question(packet, new CompletableFuture<>());
        if (!waiting.offer(question)) {
            question.answer.completeExceptionally(
                    new RejectedExecutionException(WAITING + " questions wait already: ask again in a moment"));
        }
        return question.answer;
    }

    /** The packets' thread; one a turn. */
    void answerOne(Translator translator, long nowNs) {
        Question question = waiting.poll();
        if (question != null) {
            try {
                question.answer.complete(translator.explain(question.packet, nowNs));
            } catch (RuntimeException e) {
                question.answer.completeExceptionally(e);
            }
        }
    }
}
