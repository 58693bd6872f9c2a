package io.xylem.proxy.seal;

import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.proxy.domain.Seed;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReplayWindowTest {
    private final ReplayWindow window = new ReplayWindow();

    private boolean take(long number) {
        boolean isNew = window.mayBeNew(number);
        if (isNew) {
            window.note(number);
        }
        return isNew;
    }

    @Test
    void lateOnesComeOnceAndOldOnesNever() {
        assertThat(take(0)).isTrue();
        assertThat(take(0)).isFalse();
        assertThat(take(3_000)).isTrue();
        assertThat(take(3_000 - 2_047)).isTrue();
        assertThat(take(3_000 - 2_047)).isFalse();
        assertThat(take(3_000 - 2_048)).isFalse();
        assertThat(take(-1)).isFalse();
        assertThat(take(Long.MIN_VALUE)).isFalse();
        assertThat(take(Long.MAX_VALUE)).isTrue();
        assertThat(take(Long.MAX_VALUE)).isFalse();
        assertThat(take(3_001)).isFalse();
    }

    /** Against a set of all that came. */
    @Test
    void itIsAsASetWouldHaveIt() {
        Random random = Seed.random();
        Set<Long> seen = new HashSet<>();
        long highest = -1;
        long around = 0;
        for (int i = 0; i < 200_000; i++) {
            around += random.nextInt(1_000) == 0 ? random.nextInt(10_000) : random.nextInt(3);
            long number = Math.max(0, around - random.nextInt(2_500));
            boolean expected = number > highest || (number > highest - ReplayWindow.PACKETS && !seen.contains(number));
            assertThat(take(number)).as("number %d of %d", number, i).isEqualTo(expected);
            seen.add(number);
            highest = Math.max(highest, number);
        }
    }
}
