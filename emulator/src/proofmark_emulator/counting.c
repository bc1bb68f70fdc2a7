/* Called before each instruction: counts it, or stops in front of it once as many as wanted were executed, or where it
 * is the watched one and that is awaited. */
struct counter {
    unsigned long long executed;
    unsigned long long limit;
    unsigned long long address; /* of the last instruction executed */
    unsigned long long watched; /* an address */
    unsigned long long passed;  /* how many instructions came before it when it was executed last */
    unsigned long long awaited; /* 1: stop at the watched address; 2: stopped there */
    int (*stop)(void *engine);
};

void count(void *engine, unsigned long long address, unsigned int size, struct counter *counter)
{
    (void)size;
    if (counter->executed >= counter->limit) {
        counter->stop(engine);
        return;
    }
    if (address == counter->watched) {
        counter->passed = counter->executed;
        if (counter->awaited != 0) {
            counter->awaited = 2;
            counter->stop(engine);
            return;
        }
    }
    counter->executed += 1;
    counter->address = address;
}
